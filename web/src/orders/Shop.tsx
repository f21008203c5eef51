import { Badge, Button, Card, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconSearch, IconShoppingBag } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ButtonLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { Price } from "../pieces/small";
import { Empty, Show } from "../pieces/states";
import { tell } from "../pieces/tell";
import { minorFrom } from "../start/money";
import { useWords } from "../words";
import { add, useBasket } from "./basket";
import { products, type Product } from "./products";

/** The shop. */
export function Shop() {
  const { t } = useWords("market");
  const all = useQuery(products);
  const [text, setText] = useState("");
  const [kind, setKind] = useState<string>();
  const pieces = Object.values(useBasket()).reduce((sum, count) => sum + count, 0);
  const kinds = [...new Set((all.data ?? []).map((one) => one.product_type ?? "other"))].sort();
  const wanted = text.trim().toLowerCase();
  const fits = (one: Product) =>
    (!kind || (one.product_type ?? "other") === kind) &&
    `${one.product_name} ${one.description ?? ""}`.toLowerCase().includes(wanted);
  return (
    <Page
      title={t("shop.title")}
      lead={t("shop.lead")}
      aside={
        <ButtonLink
          to="/basket"
          variant="default"
          leftSection={<IconShoppingBag size={16} aria-hidden />}
        >
          {t("basket.open", { count: pieces })}
        </ButtonLink>
      }
    >
      <Group align="flex-end" role="search" aria-label={t("shop.search")}>
        <TextInput
          label={t("shop.text")}
          type="search"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Group gap="xs">
          {kinds.map((one) => (
            <Button
              key={one}
              size="xs"
              radius="xl"
              variant={kind === one ? "filled" : "default"}
              aria-pressed={kind === one}
              onClick={() => setKind(kind === one ? undefined : one)}
            >
              {t(`shop.kind.${one}`, { defaultValue: one })}
            </Button>
          ))}
        </Group>
      </Group>
      <Show of={all}>
        {(list) => {
          const shown = list.filter(fits);
          return shown.length === 0 ? (
            <Empty title={t("shop.none")}>{t("shop.noneDo")}</Empty>
          ) : (
            <div className="cards">
              {shown.map((product) => (
                <One key={product.uuid} product={product} />
              ))}
            </div>
          );
        }}
      </Show>
    </Page>
  );
}

function One({ product }: { product: Product }) {
  const { t } = useWords("market");
  const inBasket = useBasket()[product.uuid] ?? 0;
  const left = product.stock_quantity;
  return (
    <Card component="article" h="100%" aria-labelledby={product.uuid}>
      <Stack gap="sm" h="100%" justify="space-between">
        <Stack gap={8}>
          <Title order={2} fz={17} lh={1.3} id={product.uuid}>
            {product.product_name}
          </Title>
          {product.description && (
            <Text size="sm" c="dimmed" lineClamp={3}>
              {product.description}
            </Text>
          )}
          <Group gap="xs">
            <Badge color="gray" c="var(--mantine-color-text)">
              {t(`shop.kind.${product.product_type ?? "other"}`, {
                defaultValue: product.product_type ?? "",
              })}
            </Badge>
            {product.healers?.users && (
              <Text size="sm" c="dimmed">
                {product.healers.users.display_name}
              </Text>
            )}
          </Group>
        </Stack>
        <Group justify="space-between" gap="xs">
          <div>
            <Text fw={650}>
              <Price
                minor={minorFrom(product.price, product.currency)}
                currency={product.currency}
              />
            </Text>
            <Text size="sm" c="dimmed">
              {left > 0 ? t("shop.left", { count: left }) : t("shop.sold")}
            </Text>
          </div>
          {left > 0 && (
            <Button
              size="sm"
              disabled={inBasket >= left}
              aria-label={t("shop.addThis", { name: product.product_name })}
              onClick={() => {
                add(product.uuid);
                void tell(t("shop.added", { name: product.product_name }));
              }}
            >
              {t("shop.add")}
            </Button>
          )}
        </Group>
      </Stack>
    </Card>
  );
}
