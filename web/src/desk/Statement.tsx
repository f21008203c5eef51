import { Button, Table, Text, Title } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Loading, Problem } from "../pieces/states";
import { api } from "../start/client";
import { money } from "../start/money";
import { must } from "../start/refusal";
import { momentOf } from "../start/times";
import { useWords } from "../words";

const PAGE = 30;

/** Every movement, with the balance of its account after it. */
export function Statement() {
  const { t, locale } = useWords("desk");
  const entries = useInfiniteQuery({
    queryKey: ["desk", "statement"],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }) =>
      must(api.rpc("my_statement", { p_before: pageParam, p_limit: PAGE })),
    getNextPageParam: (last) => (last.length < PAGE ? undefined : last.at(-1)!.entry_id),
  });
  const list = entries.data?.pages.flat() ?? [];
  return (
    <section aria-labelledby="statement">
      <Title order={2} fz={20} mb="sm" id="statement">
        {t("statement.title")}
      </Title>
      {entries.error && <Problem error={entries.error} again={() => void entries.refetch()} />}
      {entries.isPending && !entries.error && <Loading height={40} />}
      {entries.isSuccess && list.length === 0 && <Text c="dimmed">{t("statement.none")}</Text>}
      {list.length > 0 && (
        <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table striped>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("statement.when")}</Table.Th>
                <Table.Th>{t("statement.what")}</Table.Th>
                <Table.Th>{t("statement.account")}</Table.Th>
                <Table.Th ta="right">{t("statement.amount")}</Table.Th>
                <Table.Th ta="right">{t("statement.balance")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {list.map((one) => (
                <Table.Tr key={one.entry_id}>
                  <Table.Td>{momentOf(one.at, locale)}</Table.Td>
                  <Table.Td>
                    {t(`kind.${one.kind}`, { defaultValue: one.kind.replaceAll("_", " ") })}
                    {one.description && (
                      <Text size="xs" c="dimmed">
                        {one.description}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>{t(`wallet.${one.account}`, { defaultValue: one.account })}</Table.Td>
                  <Table.Td ta="right">{money(one.amount_minor, one.currency, locale)}</Table.Td>
                  <Table.Td ta="right">
                    {money(one.balance_after_minor, one.currency, locale)}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {entries.hasNextPage && (
        <Button
          mt="sm"
          variant="default"
          loading={entries.isFetchingNextPage}
          onClick={() => void entries.fetchNextPage()}
        >
          {t("statement.more")}
        </Button>
      )}
    </section>
  );
}
