-- Who may see what other time was proposed: the two sides of the booking. Functions write.

create policy select_parties on core.move_proposal
  for select to authenticated
  using (exists (
    select from core.booking as b
    where b.booking_id = move_proposal.booking_id
      and (select internal.user_id()) in (b.customer_id, b.provider_id)));

create policy select_as_staff on core.move_proposal
  for select to authenticated
  using (move_proposal_id between (select internal.first_for_staff()) and (select internal.last_id()));

create policy select_definer_and_service on core.move_proposal
  for select to service_role, definer
  using (true);

create policy insert_definer on core.move_proposal
  for insert to definer
  with check (true);

create policy update_definer on core.move_proposal
  for update to definer
  using (true)
  with check (true);

grant select on core.move_proposal to authenticated, service_role, definer;
grant insert, update on core.move_proposal to definer;

grant execute on function api.propose_move, api.answer_move to authenticated;
grant execute on function internal.shown_proposal to authenticated, service_role;
