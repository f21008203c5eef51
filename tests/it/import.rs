//! `convene import`: files of another system, read twice, broken off, and refused line by line.
//!
//! `IMPORT_ROWS=100000` sets how many rows there are; 3,000 by default.

use std::{fmt::Write, fs, path::Path};

use convene::import::{Format, Imported, Options, import};
use tests::World;

fn options(folder: &Path) -> Options {
    Options { from: Format::Csv, source: "old".into(), dry_run: false, folder: folder.to_owned() }
}

async fn run(world: &World, options: &Options) -> Vec<Imported> {
    import(&world.logins.service, options).await.unwrap()
}

fn counts(imported: &[Imported]) -> Vec<(&str, u64, u64, usize)> {
    imported.iter().map(|one| (one.file, one.done, one.known, one.refused.len())).collect()
}

const PEOPLE: &str = "\
id,email,display_name,is_provider,currency,timezone,password_hash
ckx1,tara@old.example,Tara,true,DKK,Europe/Copenhagen,
42,alice@old.example,\"Alice \"\"A.\"\" Ice
of two lines\",,,,
6f1b7c52-3d67-4f0e-9a53-0f6d1f0a7c11,,Bob,,,,
42,alice@old.example,Alice again,,,,
77,eve@old.example,Eve,,,,plain text
78,short
79,tara@old.example,Another Tara,,,,
80,,Nobody,,,Nowhere/Land,
";

const OFFERINGS: &str = "\
id,provider_id,title,duration_min,price
1,ckx1,Maths,60,400.50
2,nobody,Art,60,400
";

const HOURS: &str = "\
id,provider_id,weekday,start,end
1,ckx1,1,08:00,12:00
2,ckx1,3,08:00,25:00
";

const BOOKINGS: &str = "\
id,offering_id,customer_id,starts_at,ends_at,status,price
b1,1,42,2025-03-01 10:00,2025-03-01 11:00,completed,400.50
b2,1,6f1b7c52-3d67-4f0e-9a53-0f6d1f0a7c11,2025-03-02 10:00,2025-03-02 11:00,cancelled,0
b3,1,43,2025-03-03 10:00,2025-03-03 11:00,completed,0
";

const REVIEWS: &str = "\
id,booking_id,author,rating,comment
r1,b1,customer,5,Good.
r2,b1,customer,4,Again.
";

fn write_all(folder: &Path) {
    for (name, text) in [
        ("people", PEOPLE),
        ("offerings", OFFERINGS),
        ("hours", HOURS),
        ("bookings", BOOKINGS),
        ("reviews", REVIEWS),
    ] {
        fs::write(folder.join(format!("{name}.csv")), text).unwrap();
    }
}

#[tokio::test]
async fn a_dry_run_names_each_refused_line_and_writes_nothing() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    write_all(folder.path());
    let dry = run(&world, &Options { dry_run: true, ..options(folder.path()) }).await;
    let reasons: Vec<String> = dry[0].refused.iter().map(|one| one.reason.clone()).collect();
    let lines: Vec<u64> = dry[0].refused.iter().map(|one| one.line).collect();
    assert_eq!(lines, [6, 7, 8, 9, 10], "{reasons:?}");
    for (reason, words) in reasons.iter().zip([
        "its id 42 is that of line 3",
        "its password_hash is neither argon2id nor bcrypt",
        "found record with 2 fields",
        "account_email_key",
        "'Nowhere/Land' is not the name of a time zone",
    ]) {
        assert!(reason.contains(words), "{reason}");
    }
    let expected = [
        ("people.csv", 3, 0, 5),
        ("offerings.csv", 1, 0, 1),
        ("hours.csv", 1, 0, 1),
        ("bookings.csv", 2, 0, 1),
        ("reviews.csv", 1, 0, 1),
    ];
    assert_eq!(counts(&dry), expected);
    assert_eq!(world.value::<i64>("select count(*) from core.person", &[]).await, 0);

    // What it has said is what happens.
    let done = run(&world, &options(folder.path())).await;
    assert_eq!(done, dry);
    let name: String =
        world.value("select display_name from core.person where legacy_ref = '42'", &[]).await;
    assert_eq!(name, "Alice \"A.\" Ice\nof two lines");
    let kept: String = world
        .value("select person_id::text from core.person where display_name = 'Bob'", &[])
        .await;
    assert_eq!(kept, "6f1b7c52-3d67-4f0e-9a53-0f6d1f0a7c11");

    // A second time, everything is here already.
    let again = run(&world, &options(folder.path())).await;
    assert_eq!(counts(&again)[0], ("people.csv", 0, 3, 5));
    assert!(again.iter().all(|file| file.done == 0), "{again:?}");
}

#[tokio::test]
async fn a_file_with_an_unknown_column_or_no_file_at_all_is_refused() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let refused = async || {
        let error = import(&world.logins.service, &options(folder.path())).await.unwrap_err();
        format!("{error:#}")
    };
    assert!(refused().await.contains("has none of people.csv, offerings.csv"));
    fs::write(folder.path().join("people.csv"), "id,e-mail\n1,a@b.example\n").unwrap();
    assert!(refused().await.contains("there is no column e-mail"));
    fs::write(folder.path().join("people.csv"), "email\na@b.example\n").unwrap();
    assert!(refused().await.contains("there must be a column id"));
    // The login of callers may import nothing.
    write_all(folder.path());
    assert!(import(&world.logins.api, &options(folder.path())).await.is_err());
}

#[tokio::test]
async fn customers_of_stripes_dashboard_become_people() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let text = "id,Description,Email,Name,Created (UTC),Card Last4\n\
                cus_1,,Alice@old.example,Alice,2024-05-06 07:08,4242\n";
    fs::write(folder.path().join("customers.csv"), text).unwrap();
    let options = Options { from: Format::StripeCsv, ..options(folder.path()) };
    assert_eq!(counts(&run(&world, &options).await), [("customers.csv", 1, 0, 0)]);
    let born: String = world
        .value("select created_at::text from core.person where legacy_ref = 'cus_1'", &[])
        .await;
    assert_eq!(born, "2024-05-06 07:08:00+00");
}

/// People, a tenth of them providers with an offering; bookings of the past, and their reviews.
fn write_many(folder: &Path, rows: usize) {
    let people = rows * 3 / 10;
    let providers = (people / 10).max(1);
    let bookings = rows * 5 / 10;
    let mut texts = [
        "id,email,display_name,is_provider\n".to_owned(),
        "id,provider_id,title,duration_min,price\n".to_owned(),
        "id,offering_id,customer_id,starts_at,ends_at,status,price\n".to_owned(),
        "id,booking_id,rating\n".to_owned(),
    ];
    for at in 0..people {
        let is_provider = at < providers;
        writeln!(texts[0], "{at},p{at}@old.example,Person {at},{is_provider}").unwrap();
    }
    for at in 0..providers {
        writeln!(texts[1], "{at},{at},Lesson {at},60,10").unwrap();
    }
    for at in 0..bookings {
        let (offering, customer) = (at % providers, providers + at % (people - providers));
        let hour = at / providers;
        let day = format!("2024-{:02}-{:02}", 1 + hour / 240 % 12, 1 + hour / 24 % 28);
        let hour = hour % 23;
        let (start, end) = (format!("{day} {hour:02}:00"), format!("{day} {:02}:00", hour + 1));
        writeln!(texts[2], "{at},{offering},{customer},{start},{end},completed,10").unwrap();
    }
    for at in 0..rows - people - providers - bookings {
        writeln!(texts[3], "{at},{at},{}", 1 + at % 5).unwrap();
    }
    for (name, text) in ["people", "offerings", "bookings", "reviews"].iter().zip(texts) {
        fs::write(folder.join(format!("{name}.csv")), text).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_broke_off_is_finished_by_the_next_one() {
    let rows: usize =
        std::env::var("IMPORT_ROWS").map_or(3_000, |rows| rows.parse().expect("a number"));
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    write_many(folder.path(), rows);
    let begun = std::time::Instant::now();

    // The process dies somewhere in the bookings: the connection goes, whatever it was doing.
    let options = options(folder.path());
    let killer = async {
        let sql = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                   where datname = current_database() and query like '%api.import_rows%'
                     and pid <> pg_backend_pid()
                     and exists (select from core.imported_row where kind = 'booking')";
        while world.value::<i64>(sql, &[]).await == 0 {
            tokio::task::yield_now().await;
        }
    };
    let (first, ()) = tokio::join!(import(&world.logins.service, &options), killer);
    assert!(first.is_err(), "{first:?}");

    let second = run(&world, &options).await;
    assert!(second.iter().all(|file| file.refused.is_empty()), "{second:?}");
    let (done, known) =
        second.iter().fold((0, 0), |(done, known), file| (done + file.done, known + file.known));
    assert_eq!(done + known, rows as u64);
    assert!(known > rows as u64 / 3, "{known} rows were here already");
    let here: i64 = world
        .value(
            "select (select count(*) from core.person where legacy_ref is not null)
                  + (select count(*) from core.imported_row)",
            &[],
        )
        .await;
    assert_eq!(here, rows as i64);
    eprintln!("{rows} rows in {:?}", begun.elapsed());
}
