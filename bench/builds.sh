#!/bin/bash
# What every function costs to build, of each version that is named: crates, CPU, binary, package.
#
#   bench/builds.sh b88cf6a HEAD
#   FUNCTIONS="rest checkout" KEEP=/tmp/binaries bench/builds.sh HEAD
#
# CPU is that of a clean build in the dev profile, of cargo and all its children, so that other
# work on the machine hardly counts. The package is built in release, by itself, as `sam build`
# does; there functions share the crates that they have with the same features. KEEP is a folder
# for the binaries, as `$KEEP/<version>/release/<function>`: CARGO_TARGET_DIR of
# `bench/packages.py --built`.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"; git -C "$root" worktree prune' EXIT
export CARGO_INCREMENTAL=0

printf '%-10s %-15s %7s %7s %8s %8s\n' version function crates 'cpu s' MB 'zip MB'
for version in "${@:-HEAD}"; do
  tree=$scratch/$version
  git worktree add --quiet --detach "$tree" "$version"
  cd "$tree"
  for path in functions/*/; do
    name=$(basename "$path")
    [[ " ${FUNCTIONS:-$name} " == *" $name "* ]] || continue
    # Members of the workspace are ours: a version that cut itself into more of them has more.
    crates=$(cargo tree --quiet --package "$name" --edges normal --prefix none --no-dedupe |
      grep -v "($tree" | sort -u | wc -l)
    rm -rf "$scratch/clean"
    (
      export CARGO_TARGET_DIR=$scratch/clean TIMEFORMAT='%U %S'
      time cargo build --quiet --package "$name" --bin "$name"
    ) 2>"$scratch/time"
    rm -rf "$scratch/clean"
    CARGO_TARGET_DIR=$scratch/target cargo build --quiet --release --package "$name" --bin "$name"
    cpu=$(awk 'END {print $1 + $2}' "$scratch/time")
    binary=$scratch/target/release/$name
    bytes=$(stat -c %s "$binary")
    (cd "$scratch" && cp "$binary" bootstrap && rm -f package.zip &&
      python3 -c 'import zipfile; zipfile.ZipFile("package.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9).write("bootstrap")')
    printf '%-10s %-15s %7d %7.0f %8.2f %8.2f\n' "$version" "$name" "$crates" "$cpu" \
      "$(awk "BEGIN {print $bytes / 1e6}")" \
      "$(awk "BEGIN {print $(stat -c %s "$scratch/package.zip") / 1e6}")"
    if [ -n "${KEEP:-}" ]; then
      mkdir -p "$KEEP/$version/release" && cp "$binary" "$KEEP/$version/release/$name"
    fi
  done
  cd "$root"
  rm -rf "$scratch/target"
  git worktree remove --force "$tree"
done
