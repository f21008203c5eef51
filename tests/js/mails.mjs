// The mails of tests/it/mails.rs, read by mailparser and ical.js: field by field the same.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import ICAL from "ical.js";
import { simpleParser } from "mailparser";

const mails = JSON.parse(await readFile(process.env.MAILS, "utf8"));
let entries = 0;
for (const expected of mails) {
  const { name, raw } = expected;
  const mail = await simpleParser(raw);
  const tidy = (text) => text?.replace(/\s+/g, " ").trim();
  assert.equal(mail.subject, expected.subject, name);
  assert.equal(mail.from.value[0].address, expected.from, name);
  assert.equal(mail.to.value[0].address, expected.to, name);
  assert.equal(mail.messageId, `<${expected.message_id}>`, name);
  assert.equal(tidy(mail.text), tidy(expected.text), name);
  assert.ok(mail.html, name);
  const calendars = mail.attachments.filter((part) => part.contentType === "text/calendar" || part.filename?.endsWith(".ics"));
  assert.equal(calendars.length > 0, expected.entry !== null, name);
  for (const { content } of calendars) {
    const calendar = new ICAL.Component(ICAL.parse(content.toString("utf8")));
    for (const zone of calendar.getAllSubcomponents("vtimezone")) {
      ICAL.TimezoneService.register(zone);
    }
    const event = calendar.getFirstSubcomponent("vevent");
    const value = (property) => event.getFirstPropertyValue(property);
    const at = (property) => value(property).toJSDate().toISOString().replace(".000", "");
    assert.deepEqual(
      {
        method: calendar.getFirstPropertyValue("method"),
        uid: value("uid"),
        sequence: value("sequence"),
        status: value("status"),
        summary: value("summary"),
        location: value("location"),
        description: value("description"),
        organizer: value("organizer"),
        attendee: value("attendee"),
        start: at("dtstart"),
        end: at("dtend"),
      },
      expected.entry,
      name,
    );
    ICAL.TimezoneService.reset();
    entries += 1;
  }
}
assert.ok(mails.length > 100 && entries > 50, `${mails.length} mails, ${entries} entries`);
console.log(`${mails.length} mails and ${entries} entries read alike`);
