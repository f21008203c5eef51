//! Every file of tests/sql, each in a database of its own.

use std::{fs, path::Path};

use tests::World;

#[tokio::test]
async fn every_sql_test_passes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("tests/sql is there")
        .map(|entry| entry.expect("tests/sql can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    files.sort();
    let mut failed = Vec::new();
    for path in files {
        let world = World::new().await;
        if !world.has_pgtap().await {
            eprintln!("SKIPPED: the SQL tests need pgTAP (apt-get install postgresql-15-pgtap).");
            return;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("a SQL test is UTF-8");
        match world.tap(&text).await {
            Ok(report) => {
                report.lines.iter().for_each(|line| println!("{name}: {line}"));
                if !report.passed() {
                    failed.push(name);
                }
            }
            Err(error) => {
                println!("{name}: {error:#}");
                failed.push(name);
            }
        }
    }
    assert!(failed.is_empty(), "failed: {}", failed.join(", "));
}
