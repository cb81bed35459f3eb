#!/usr/bin/env bash
# Runs the tests of the network and of its threads under the address and the thread sanitizer, and the kernels under the
# address and the undefined-behaviour sanitizer (which Swift does not offer on Linux).
#
# Only these targets are built, in a package of their own below .build: what has pointers and threads is all in them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
swift=${SWIFT:-swift} clang=${CLANG:-clang}

package=.build/sanitizers
mkdir -p "$package"
ln -sfn "$PWD/Sources" "$package/Sources"
ln -sfn "$PWD/Tests" "$package/Tests"
{
  cat Package.swift
  cat <<'SWIFT'

let only: Set<String> = ["CKernels", "Network", "NetworkTests", "TestSupport", "Identity", "CSHA256", "MIDI"]
package.targets = package.targets.filter { only.contains($0.name) }
package.products = []
package.dependencies = []
SWIFT
} > "$package/Package.swift.new"
# An untouched file is not built anew.
cmp -s "$package/Package.swift.new" "$package/Package.swift" || cp "$package/Package.swift.new" "$package/Package.swift"
rm "$package/Package.swift.new"

python3 Tests/Kernels/check.py --sanitize --clang "$clang"

for sanitizer in address thread; do
  options=(--package-path "$package" --scratch-path "$package/$sanitizer" --sanitize="$sanitizer")
  log=$package/$sanitizer.log
  start=$SECONDS
  "$swift" build --build-tests "${options[@]}" > "$log" 2>&1 || { cat "$log"; exit 1; }
  built=$SECONDS
  export ASAN_OPTIONS=abort_on_error=0:detect_leaks=1 TSAN_OPTIONS=halt_on_error=1
  "$swift" test --skip-build --disable-xctest "${options[@]}" > "$log" 2>&1 || { tail -n 80 "$log"; exit 1; }
  # A run that finds no tests passes too; a report without a bad exit status would be no pass.
  if grep -q 'WARNING: ThreadSanitizer\|ERROR: AddressSanitizer\|ERROR: LeakSanitizer' "$log"; then
    tail -n 80 "$log"
    exit 1
  fi
  told=$(grep -o 'Test run with [0-9]* tests in [0-9]* suites passed' "$log") || { tail -n 80 "$log"; exit 1; }
  tests=$(grep -o '[0-9]*' <<< "$told" | head -n 1)
  [ "$tests" -ge 40 ] || { echo "only $tests tests ran"; exit 1; }
  echo "$sanitizer sanitizer: ${told#Test run with }, built in $((built - start)) s, run in $((SECONDS - built)) s"
done
