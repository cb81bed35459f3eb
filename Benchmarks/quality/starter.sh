#!/usr/bin/env bash
# Ten tunes, twenty others held out: what the starter says of these as it comes, after a training from it, and a network of
# the same kind after a training from scratch.
#
#   Benchmarks/quality/starter.sh ../shared/data/folk [MINUTES]
#
# The first thirty MIDI files of the folder by name; each training for MINUTES, 5, with the best weights on what is held out.
set -euo pipefail
folder=$1 minutes=${2:-5}
program=${RITORNELLO:-.build/release/ritornello}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mapfile -t files < <(find "$folder" -name '*.mid' | LC_ALL=C sort | head -n 30)
[ "${#files[@]}" = 30 ] || { echo "$folder holds ${#files[@]} MIDI files; 30 are needed" >&2 && exit 1; }
mkdir "$work/tunes" "$work/held"
cp "${files[@]:0:10}" "$work/tunes"
cp "${files[@]:10}" "$work/held"
tell() { # WHAT FILE: nats a frame of the held-out tunes, and the iteration.
  local said
  said=$("$program" evaluate "$2" "$work/held" --json)
  printf '%s: %s nats a frame%s\n' "$1" "$(grep -o '"nll_per_frame": *[0-9.]*' <<< "$said" | grep -o '[0-9.]*$')" "${3:-}"
}
best() { grep -o '"best_iteration": *[0-9]*' | grep -o '[0-9]*$'; }
tell "starter as it comes" starter
on=$("$program" train "$work/tunes" --validation "$work/held" --from starter --minutes "$minutes" -o "$work/on.safetensors" \
  --json 2> "$work/log" | best)
tell "from starter, $minutes minutes" "$work/on.safetensors" " (iteration $on)"
cat > "$work/scratch.yaml" <<'YAML'
optimizer: {learning_rate: 0.003, weight_decay: 0.02, schedule: cosine, warm_up: 50}
iterations: 1200
sequence: 64
validate_every: 25
transpose: {range: [-6, 5], fade: true}
average: 0.995
YAML
new=$("$program" train "$work/tunes" --validation "$work/held" --like starter --settings "$work/scratch.yaml" \
  --minutes "$minutes" -o "$work/new.safetensors" --json 2> "$work/log" | best)
tell "from scratch, $minutes minutes" "$work/new.safetensors" " (iteration $new)"
