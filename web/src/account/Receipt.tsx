import { Button, Card, Group, Stack, Table, Text } from "@mantine/core";
import { IconPrinter } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Page } from "../pieces/Page";
import { SignedIn } from "../pieces/SignedIn";
import { Show } from "../pieces/states";
import { api } from "../start/client";
import { money } from "../start/money";
import { must } from "../start/refusal";
import { dateOf } from "../start/times";
import { useWords } from "../words";

interface Line {
  title: string;
  seller: string | null;
  quantity: number;
  total_minor: number;
  starts_at: string | null;
}

interface Paper {
  number: number;
  order_number: string;
  issued_at: string;
  buyer: string;
  marketplace: string;
  currency: string;
  lines: Line[];
  discount_minor: number;
  tax_minor: number;
  total_minor: number;
  paid_minor: number;
  refunded_minor: number;
}

export function Receipt() {
  return (
    <SignedIn>
      <Asked />
    </SignedIn>
  );
}

function Asked() {
  const { orderId } = useParams({ from: "/receipts/$orderId" });
  const receipt = useQuery({
    queryKey: ["receipt", orderId],
    queryFn: async () =>
      (await must(api.rpc("receipt", { p_order_id: orderId }))) as unknown as Paper,
  });
  return <Show of={receipt}>{(paper) => <Shown paper={paper} />}</Show>;
}

function Shown({ paper }: { paper: Paper }) {
  const { t, locale } = useWords();
  const sum = (minor: number) => money(minor, paper.currency, locale);
  const sums: [string, number][] = [[t("receipt.total"), paper.total_minor]];
  if (paper.discount_minor) sums.unshift([t("book.discount"), -paper.discount_minor]);
  if (paper.tax_minor) sums.push([t("receipt.tax"), paper.tax_minor]);
  sums.push([t("receipt.paid"), paper.paid_minor]);
  if (paper.refunded_minor) sums.push([t("receipt.refunded"), paper.refunded_minor]);
  return (
    <Page
      title={t("receipt.title", { number: paper.number })}
      size="sm"
      lead={`${paper.marketplace} · ${dateOf(paper.issued_at, locale)} · ${t("payments.order", { number: paper.order_number })}`}
      aside={
        <Button
          className="no-print"
          variant="default"
          leftSection={<IconPrinter size={16} aria-hidden />}
          onClick={() => window.print()}
        >
          {t("receipt.print")}
        </Button>
      }
    >
      <Card>
        <Stack gap="md">
          <Text>{t("receipt.buyer", { name: paper.buyer })}</Text>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("receipt.what")}</Table.Th>
                <Table.Th ta="right">{t("receipt.amount")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {paper.lines.map((line, at) => (
                <Table.Tr key={at}>
                  <Table.Td>
                    {line.quantity > 1 && `${line.quantity} × `}
                    {line.title}
                    <Text size="sm" c="dimmed">
                      {line.seller ?? paper.marketplace}
                      {line.starts_at && ` · ${dateOf(line.starts_at, locale)}`}
                    </Text>
                  </Table.Td>
                  <Table.Td ta="right">{sum(line.total_minor)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          <Stack gap={4}>
            {sums.map(([name, minor]) => (
              <Group key={name} justify="space-between">
                <Text c="dimmed">{name}</Text>
                <Text fw={550}>{sum(minor)}</Text>
              </Group>
            ))}
          </Stack>
        </Stack>
      </Card>
    </Page>
  );
}
