-- The words of notifications in the app, in the language of their reader.
--
-- A text is parts between bars. A part that names something ({title}, {when}, {amount}) is left
-- out where the notification is about nothing of the kind. Mails have templates of their own.

create or replace function internal.english_words()
returns table (type text, title text, body text)
language sql
immutable
parallel safe
begin atomic
  select w.type, w.title, w.body
  from (values
    ('booking_requested', 'Booking requested', 'You are asked for {title}|, {when}|.'),
    ('booking_confirmed', 'Booking confirmed', '{title} is confirmed|, {when}|.'),
    ('booking_cancelled', 'Booking cancelled', '{title}| on {when}| was cancelled.'),
    ('booking_declined', 'Booking declined',
     '{title}| on {when}| was declined. Nothing was charged.'),
    ('booking_rescheduled', 'Booking moved', '{title} has another time|: {when}|.'),
    ('booking_move_proposed', 'Another time proposed',
     'You are asked to move {title}| of {when}|. Accept or decline.'),
    ('booking_move_declined', 'Proposed time declined', '{title} stays where it is|: {when}|.'),
    ('booking_completed', 'Booking completed', '{title} has taken place|, {when}|.'),
    ('booking_no_show_customer', 'Customer did not come',
     'It is noted that the customer did not come to {title}|, {when}|.'),
    ('booking_no_show_provider', 'Provider did not come',
     'It is noted that the provider did not come to {title}|, {when}|. You get everything back.'),
    ('booking_reminder', 'Booking coming up', '{title} begins| {when}|.'),
    ('waitlist_offer', 'A seat is free',
     'A seat you waited for is free|: {title}|, {when}|. It is kept for you for a while.'),
    ('waitlist_called_off', 'A time was called off',
     'What you waited for does not take place|: {title}|, {when}|.'),
    ('message_received', 'New message', 'Somebody has written to you.'),
    ('case_answered', 'Answer from support', 'There is news about what you reported.'),
    ('review_received', 'New review', 'Somebody has reviewed {title}|.'),
    ('course_enrolled', 'Course bought', '{title} is open|.'),
    ('course_completed', 'Course completed', '{title} is completed|. The certificate is ready.'),
    ('payment_captured', 'Payment received', 'Your payment| of {amount}| has arrived|, for {title}|.'),
    ('goods_ordered', 'New order', 'Something of yours was ordered and is to be sent.'),
    ('goods_shipped', 'Goods sent', 'What you ordered is on its way.'),
    ('goods_delivered', 'Goods delivered', 'What you ordered has arrived.'),
    ('goods_returned', 'Goods returned', 'What you sent back has arrived.'),
    ('refund_opened', 'Refund on its way', '{amount} is sent back to you|, for {title}|.'),
    ('refund_failed', 'Refund did not arrive',
     'We could not send {amount} back to your card. We will write to you.'),
    ('refund_settled', 'Refund paid another way', 'We have paid you {amount} in another way.'),
    ('dispute_opened', 'Payment disputed',
     'A customer''s bank disputes a payment| of {amount}|. The money is held until it is decided.'),
    ('dispute_won', 'Dispute won', 'A disputed payment| of {amount}| stays yours.'),
    ('dispute_lost', 'Dispute lost', 'A disputed payment| of {amount}| went back to the customer.'),
    ('payout_paid', 'Payout on its way', '{amount} is on its way to you.'),
    ('payout_failed', 'Payout failed', 'A payout| of {amount}| failed. The money is in your wallet.'),
    ('payout_reversed', 'Payout taken back',
     'A payout| of {amount}| was taken back, because its customers were refunded.'),
    ('payout_bank_failed', 'Bank refused a payout',
     'Your bank did not take a payout. Check your bank details.'),
    ('payout_account_changed', 'Bank details changed',
     'Your bank details were changed. If it was not you, write to support at once.'),
    ('mail_refused', 'Mail came back',
     'A mail to you was refused by your mail server. Check your address.')
  ) as w(type, title, body);
end;

comment on function internal.english_words is 'The words of each type of notification, in English.';

create or replace function internal.danish_words()
returns table (type text, title text, body text)
language sql
immutable
parallel safe
begin atomic
  select w.type, w.title, w.body
  from (values
    ('booking_requested', 'Ny forespørgsel', 'Du er blevet spurgt om {title}|, {when}|.'),
    ('booking_confirmed', 'Booking bekræftet', '{title} er bekræftet|, {when}|.'),
    ('booking_cancelled', 'Booking aflyst', '{title}| {when}| er aflyst.'),
    ('booking_declined', 'Booking afvist', '{title}| {when}| er afvist. Der er ikke trukket noget.'),
    ('booking_rescheduled', 'Booking flyttet', '{title} har fået en anden tid|: {when}|.'),
    ('booking_move_proposed', 'En anden tid foreslået',
     'Du bliver bedt om at flytte {title}| {when}|. Sig ja eller nej.'),
    ('booking_move_declined', 'Foreslået tid afvist', '{title} bliver, hvor den er|: {when}|.'),
    ('booking_completed', 'Booking afsluttet', '{title} har fundet sted|, {when}|.'),
    ('booking_no_show_customer', 'Kunden kom ikke',
     'Det er noteret, at kunden ikke kom til {title}|, {when}|.'),
    ('booking_no_show_provider', 'Udbyderen kom ikke',
     'Det er noteret, at udbyderen ikke kom til {title}|, {when}|. Du får det hele tilbage.'),
    ('booking_reminder', 'Snart er det tid', '{title} begynder| {when}|.'),
    ('waitlist_offer', 'En plads er ledig',
     'En plads, du har ventet på, er ledig|: {title}|, {when}|. Den holdes til dig et stykke tid.'),
    ('waitlist_called_off', 'En tid er aflyst',
     'Det, du har ventet på, finder ikke sted|: {title}|, {when}|.'),
    ('message_received', 'Ny besked', 'Nogen har skrevet til dig.'),
    ('case_answered', 'Svar fra support', 'Der er nyt om det, du har meldt.'),
    ('review_received', 'Ny anmeldelse', 'Nogen har anmeldt {title}|.'),
    ('course_enrolled', 'Kursus købt', '{title} er åbent|.'),
    ('course_completed', 'Kursus gennemført', '{title} er gennemført|. Beviset er klar.'),
    ('payment_captured', 'Betaling modtaget', 'Din betaling| på {amount}| er modtaget|, for {title}|.'),
    ('goods_ordered', 'Ny ordre', 'Noget af dit er bestilt og skal sendes.'),
    ('goods_shipped', 'Varer sendt', 'Det, du har bestilt, er på vej.'),
    ('goods_delivered', 'Varer leveret', 'Det, du har bestilt, er kommet frem.'),
    ('goods_returned', 'Varer returneret', 'Det, du har sendt tilbage, er kommet frem.'),
    ('refund_opened', 'Refusion på vej', '{amount} er på vej tilbage til dig|, for {title}|.'),
    ('refund_failed', 'Refusion kom ikke frem',
     'Vi kunne ikke sende {amount} tilbage til dit kort. Vi skriver til dig.'),
    ('refund_settled', 'Refusion betalt på en anden måde',
     'Vi har betalt dig {amount} på en anden måde.'),
    ('dispute_opened', 'Indsigelse mod en betaling',
     'En kundes bank gør indsigelse mod en betaling| på {amount}|. Pengene holdes tilbage, til det er afgjort.'),
    ('dispute_won', 'Indsigelse vundet', 'Betalingen| på {amount}| er stadig din.'),
    ('dispute_lost', 'Indsigelse tabt', 'Betalingen| på {amount}| gik tilbage til kunden.'),
    ('payout_paid', 'Udbetaling på vej', '{amount} er på vej til dig.'),
    ('payout_failed', 'Udbetaling mislykkedes',
     'En udbetaling| på {amount}| mislykkedes. Pengene står i din pung.'),
    ('payout_reversed', 'Udbetaling taget tilbage',
     'En udbetaling| på {amount}| er taget tilbage, fordi kunderne fik pengene igen.'),
    ('payout_bank_failed', 'Banken afviste en udbetaling',
     'Din bank tog ikke imod en udbetaling. Tjek dine bankoplysninger.'),
    ('payout_account_changed', 'Bankoplysninger ændret',
     'Dine bankoplysninger er ændret. Var det ikke dig, så skriv straks til support.'),
    ('mail_refused', 'En mail kom retur',
     'En mail til dig blev afvist af din mailserver. Se efter, om din adresse er rigtig.')
  ) as w(type, title, body);
end;

comment on function internal.danish_words is 'The words of each type of notification, in Danish.';

create or replace function internal.notification_text(p_notification core.notification)
returns table (title text, body text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with reader as (
    select split_part(lower(p.locale), '-', 1) as language, p.timezone
    from core.person as p
    where p.person_id = (p_notification).person_id
  ),
  matter as (
    select
      coalesce(b.offering_title, w.title, c.title) as title,
      to_char(coalesce(b.starts_at, w.starts_at) at time zone r.timezone, 'YYYY-MM-DD HH24:MI')
        as at,
      case when m.money is not null then concat_ws(' ',
        internal.to_decimal((m.money ->> 'amount_minor')::bigint, m.money ->> 'currency'),
        m.money ->> 'currency') end as amount
    from reader as r
    cross join lateral (select internal.money_of((p_notification).payload) as money) as m
    left join core.booking as b
      on b.booking_id = ((p_notification).payload ->> 'booking_id')::uuid
        and (p_notification).person_id in (b.customer_id, b.provider_id)
    left join lateral (
      select o.title, s.starts_at
      from core.slot as s
      join core.offering as o using (offering_id)
      where s.slot_id = ((p_notification).payload ->> 'slot_id')::uuid
    ) as w on true
    left join lateral (
      select o.title
      from core.enrolment as e
      join core.offering as o using (offering_id)
      where e.enrolment_id = ((p_notification).payload ->> 'enrolment_id')::uuid
        and (p_notification).person_id in (e.customer_id, e.provider_id)
    ) as c on true
  )
  select coalesce(d.title, e.title, t.title, (p_notification).type), coalesce((
    -- Where only points and commas are left, there is nothing to say.
    select substring(string_agg(replace(replace(replace(s.part,
             '{title}', coalesce(m.title, '')), '{when}', coalesce(m.at, '')),
             '{amount}', coalesce(m.amount, '')), '' order by s.n) from '^.*\w.*$')
    from matter as m
    cross join regexp_split_to_table(coalesce(d.body, e.body), '\|') with ordinality as s(part, n)
    where (m.title is not null or s.part not like '%{title}%')
      and (m.at is not null or s.part not like '%{when}%')
      and (m.amount is not null or s.part not like '%{amount}%')), '')
  from reader as r
  left join core.notification_type as t on t.type = (p_notification).type
  left join internal.english_words() as e on e.type = (p_notification).type
  left join internal.danish_words() as d
    on d.type = (p_notification).type and r.language = 'da';
end
$$;

alter function internal.notification_text owner to definer;

comment on function internal.notification_text is $$
The title and the text of a notification, in the language and zone of whom it is for; English where
a language is not spoken here.
$$;
