//! Compile again when a file of sql/ appears or goes: the macro that embeds them sees edits only.

fn main() {
    println!("cargo:rerun-if-changed=../sql");
}
