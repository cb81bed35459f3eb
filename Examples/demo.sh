#!/usr/bin/env bash
# From 229 chorales to four songs, in the studio that this repository is. `make demo` calls this.
# It may be run again: the chorales are duplicates then, the run gets the next number, the songs are the same bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

make=${MAKE:-make}
ritornello=.build/release/ritornello
timings=()

# step TITLE COMMAND…: runs the command and keeps the time it took.
step() {
  local title=$1 begin=${EPOCHREALTIME/[.,]/}
  shift
  printf '\n== %s\n' "$title"
  "$@"
  local tenths=$(((${EPOCHREALTIME/[.,]/} - begin) / 100000))
  timings+=("$(printf '%5d.%d s  %s' $((tenths / 10)) $((tenths % 10)) "$title")")
}

build() { "$make" --no-print-directory build ${SWIFT:+SWIFT="$SWIFT"}; }

# A folder in the inbox is a corpus: this one is called "chorales".
drop() {
  mkdir -p inbox/chorales
  cp Examples/chorales/train/*.mid inbox/chorales/
}

# One pass: takes in what lies in the inbox, runs the job "demo" of jobs.yaml, delivers. Beside a `ritornello watch`
# it hands the job over and waits for it.
compose() { "$ritornello" run demo --wait; }

# The newest folder in outbox/demo; nothing where there is none.
newest() {
  mkdir -p outbox/demo
  find outbox/demo -mindepth 1 -maxdepth 1 -name '[0-9]*' -printf '%f\n' | sort -n | tail -n 1
}

# The whole lineage names every file of the corpus; the first lines show the walk.
lineage() {
  local text shown=16 total
  text=$("$ritornello" lineage "$1")
  total=$(wc -l <<<"$text")
  sed -n "1,${shown}p" <<<"$text"
  if ((total > shown)); then
    printf '… and %d more lines: ritornello lineage %s\n' $((total - shown)) "$1"
  fi
}

before=$(newest)
step "build the program (release)" build
step "drop 229 chorales into inbox/chorales" drop
step "take them in, train from scratch, write four songs" compose
number=$(newest)
if [ -z "$number" ] || [ "$number" = "$before" ]; then
  echo "the run delivered nothing: $ritornello status says why" >&2
  exit 1
fi
song=demo/$number/01

step "what was delivered" "$ritornello" songs
printf '\n'
sha256sum "outbox/demo/$number"/*.mid
step "where $song comes from" lineage "$song"
step "make $song again from the record, and compare" "$ritornello" reproduce "$song"

printf '\n== the time each step took\n'
printf '%s\n' "${timings[@]}"
printf '\nFour songs are in outbox/demo/%s. They are ordinary MIDI files: open them in any player.\n' "$number"
