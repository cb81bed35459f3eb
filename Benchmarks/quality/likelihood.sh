#!/usr/bin/env bash
# Trains on a benchmark set and scores its test part: one row of the table in docs/quality.md.
#
#   Benchmarks/quality/likelihood.sh SET-FOLDER SETTINGS.yaml [OUTPUT-FOLDER]
#
# SET-FOLDER holds train/, valid/ and test/ with MIDI files; weights are chosen on valid, test is read once.
set -euo pipefail
set=$1 settings=$2 out=${3:-$(mktemp -d)}
program=${RITORNELLO:-.build/release/ritornello}
name=$(basename "$settings" .yaml)
mkdir -p "$out"
"$program" train "$set/train" --validation "$set/valid" --settings "$settings" -o "$out/$name.safetensors" --json
"$program" evaluate "$out/$name.safetensors" "$set/test" --json
