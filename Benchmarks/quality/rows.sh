#!/usr/bin/env bash
# Trains and scores rows of the table of likelihoods in docs/quality.md, one line of JSON a row.
#
#   Benchmarks/quality/rows.sh BENCHMARKS OUTPUT [ROW …]
#   SEEDS="1 2 3" Benchmarks/quality/rows.sh ../shared/data/benchmarks rows jsb-steps jsb-roll
#
# BENCHMARKS holds a folder with train/, valid/ and test/ for each set; a ROW is a settings file of this folder without
# its ending, by default each SET-MODEL and SET-MODEL-plain (without echo), or one of these and -without-INPUT, which leaves
# one of its inputs out (-without-all: all of them). A row that OUTPUT/rows.jsonl has is left out.
# MINUTES overrides the settings' bound, where a machine is busy; processor_seconds are those of training on all threads.
set -euo pipefail
here=$(dirname "$0") sets=$1 out=$2
shift 2
TIMEFORMAT=%U
program=${RITORNELLO:-.build/release/ritornello}
mkdir -p "$out"
if [ $# = 0 ]; then
  for set in jsb piano-midi nottingham musedata; do
    for model in steps roll; do set -- "$@" "$set-$model" "$set-$model-plain"; done
  done
fi
for seed in ${SEEDS:-1}; do
  for row in "$@"; do
    set=${row%%-steps*} && set=${set%%-roll*}
    settings=$here/$row.yaml
    if [[ $row == *-without-* ]]; then
      settings=$out/$row.yaml input=${row##*-without-}
      if [ "$input" = all ]; then change='s/inputs: .*/inputs: []/'; else change="/inputs:/{s/\\b$input\\b,\\? *//;s/, *]/]/}"; fi
      sed "$change" "$here/${row%-without-*}.yaml" > "$settings"
      if cmp -s "$here/${row%-without-*}.yaml" "$settings"; then echo "$row: there is no input $input" >&2 && exit 1; fi
    fi
    grep -qs "\"row\":\"$row\",\"seed\":$seed," "$out/rows.jsonl" && continue
    { time "$program" train "$sets/$set/train" --validation "$sets/$set/valid" --settings "$settings" \
      --seed "$seed" ${MINUTES:+--minutes "$MINUTES"} -o "$out/$row-$seed.safetensors" --json > "$out/$row-$seed.json" \
      2> "$out/$row-$seed.log"; } 2> "$out/time"
    trained=$(cat "$out/$row-$seed.json")
    scored=$("$program" evaluate "$out/$row-$seed.safetensors" "$sets/$set/test" --json)
    echo "{\"row\":\"$row\",\"seed\":$seed,\"processor_seconds\":$(cat "$out/time"),\"train\":$(tr -d '\n' <<<"$trained"),\"test\":$(
      tr -d '\n' <<<"$scored")}" >> "$out/rows.jsonl"
    tail -1 "$out/rows.jsonl" | grep -o '"row":"[^"]*"\|"seed":[0-9]*\|"nll_per_frame": *[0-9.]*\|"validation_loss": *[0-9.]*' | tr '\n' ' '
    echo
  done
done
