#!/bin/bash
# What every function costs to build, of each version that is named: crates, CPU, binary, package.
#
#   bench/builds.sh b88cf6a HEAD
#   FUNCTIONS="rest checkout" KEEP=/tmp/binaries bench/builds.sh HEAD
#
# Each function is built by itself in release, as `sam build` does. CPU is that of a clean build:
# what the compiler took for every crate that the function needs, measured once where functions
# share a crate; its own are library and program. So other work on the machine hardly counts. KEEP is a folder for the binaries, as
# `$KEEP/<version>/release/<function>`: CARGO_TARGET_DIR of `bench/packages.py --built`.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"; git -C "$root" worktree prune' EXIT
export CARGO_INCREMENTAL=0 CARGO_TARGET_DIR=$scratch/target RUSTC_WRAPPER=$scratch/rustc

# Cargo asks a wrapper to compile: this one writes down each crate's name and seconds.
cat >"$RUSTC_WRAPPER" <<'WRAPPER'
#!/bin/bash
[[ " $* " =~ " --crate-name "([^ ]+) ]] || exec "$@"
TIMEFORMAT="${BASH_REMATCH[1]} %U %S"
{ time "$@" 2>&3; } 3>&2 2>>"$COMPILED"
WRAPPER
chmod +x "$RUSTC_WRAPPER"

crates() { # function edges
  cargo tree --quiet --package "$1" --edges "$2" --prefix none --no-dedupe
}

printf '%-10s %-15s %7s %7s %8s %8s\n' version function crates 'cpu s' MB 'zip MB'
for version in "${@:-HEAD}"; do
  tree=$scratch/$version
  git worktree add --quiet --detach "$tree" "$version"
  cd "$tree"
  for path in functions/*/; do
    name=$(basename "$path")
    [[ " ${FUNCTIONS:-$name} " == *" $name "* ]] || continue
    COMPILED=$scratch/compiled cargo build --quiet --release --package "$name" --bin "$name"
    # Members of the workspace are ours: a version that cut itself into more of them has more.
    count=$(crates "$name" normal | grep -v "($tree" | sort -u | wc -l)
    cpu=$(crates "$name" normal,build | awk '{gsub("-", "_", $1); print $1}' | sort -u |
      awk -v own="$name" 'NR == FNR {needed[$1]; next}
           $1 == own {cpu[$1] += $2 + $3; next}
           $1 in needed {cpu[$1] = $2 + $3}
           END {for (crate in cpu) sum += cpu[crate]; print sum}' - "$scratch/compiled")
    binary=$CARGO_TARGET_DIR/release/$name
    python3 - "$binary" "$scratch/package.zip" <<'PACKAGE'
import sys, zipfile
with zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    archive.write(sys.argv[1], "bootstrap")
PACKAGE
    printf '%-10s %-15s %7d %7.0f %8.2f %8.2f\n' "$version" "$name" "$count" "$cpu" \
      "$(stat -c %s "$binary" | awk '{print $1 / 1e6}')" \
      "$(stat -c %s "$scratch/package.zip" | awk '{print $1 / 1e6}')"
    if [ -n "${KEEP:-}" ]; then
      mkdir -p "$KEEP/$version/release" && cp "$binary" "$KEEP/$version/release/$name"
    fi
  done
  cd "$root"
  rm -rf "$CARGO_TARGET_DIR" "$scratch/compiled"
  git worktree remove --force "$tree"
done
