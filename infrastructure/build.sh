#!/usr/bin/env bash
# `sam build` without the paths of this machine in its files: the same compiler makes the same
# files in every folder, so that anybody can build a release again and compare.
#
#   infrastructure/build.sh                     every function
#   infrastructure/build.sh Clock --parameter-overrides Architecture=x86_64
#   infrastructure/build.sh --prove [Clock]     build in two folders, and compare
#
# Panics name the source file they stand in: ours, those of crates, and, where rust-src is
# installed, those of Rust itself.
set -euo pipefail
cd "$(dirname "$0")/.."

build() { # folder, words for sam
  local home=${CARGO_HOME:-$HOME/.cargo} library
  library=$(rustc --print sysroot)/lib/rustlib/src/rust
  (cd "$1" && RUSTFLAGS="--remap-path-prefix=$PWD=/convene --remap-path-prefix=$home=/cargo \
--remap-path-prefix=$library=/rust ${RUSTFLAGS:-}" sam build "${@:2}")
}

if [ "${1:-}" != --prove ]; then
  build . "$@"
  exit
fi

# Two clones in folders of different depth, and two ways to the same crates.
function=${2:-Clock}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/a/longer/way"
ln -s "${CARGO_HOME:-$HOME/.cargo}" "$scratch/crates"
for clone in "$scratch/here" "$scratch/a/longer/way/there"; do
  git clone --quiet . "$clone"
  build "$clone" "$function" --parameter-overrides "Architecture=${ARCHITECTURE:-x86_64}"
  export CARGO_HOME=$scratch/crates
done
# The functions of a nested stack lie in a folder of its name.
built() { find "$1/.aws-sam/build" -type d -name "$function" | grep . || echo "$1: not built" >&2; }
here=$(built "$scratch/here") there=$(built "$scratch/a/longer/way/there")
sha256sum "$here"/* "$there"/*
diff -r "$here" "$there"
echo "$function is the same file in both folders."
