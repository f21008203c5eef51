import { Button, Card, Group, NumberInput, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Aside, TwoColumns } from "../pieces/Aside";
import { AskToSignIn } from "../pieces/AskToSignIn";
import { ButtonLink } from "../pieces/links";
import { Page } from "../pieces/Page";
import { Price } from "../pieces/small";
import { Empty, Show } from "../pieces/states";
import { minorFrom } from "../start/money";
import { useWho } from "../start/session";
import { useWords } from "../words";
import { empty, put, useBasket, type Basket } from "./basket";
import { OrderForm } from "./OrderForm";
import { products, type Product } from "./products";

/** What is in the basket, and to order it. */
export function BasketPage() {
  const { t } = useWords("market");
  const all = useQuery(products);
  const basket = useBasket();
  return (
    <Page title={t("basket.title")}>
      <Show of={all}>
        {(list) => <Chosen chosen={list.filter((one) => basket[one.uuid])} basket={basket} />}
      </Show>
    </Page>
  );
}

function Chosen({ chosen, basket }: { chosen: Product[]; basket: Basket }) {
  const { t } = useWords("market");
  const { session } = useWho();
  if (chosen.length === 0) {
    return (
      <Empty
        title={t("basket.none")}
        action={<ButtonLink to="/shop">{t("shop.title")}</ButtonLink>}
      >
        {t("basket.noneDo")}
      </Empty>
    );
  }
  const items = chosen.map((one) => ({ offering_id: one.uuid, quantity: basket[one.uuid] }));
  return (
    <TwoColumns
      aside={
        <Aside id="order" title={t("basket.order")}>
          {session ? (
            <OrderForm items={items} ordered={empty} />
          ) : (
            <AskToSignIn>{t("basket.signIn")}</AskToSignIn>
          )}
        </Aside>
      }
    >
      <Stack gap="sm">
        {chosen.map((one) => (
          <Line key={one.uuid} product={one} count={basket[one.uuid]} />
        ))}
      </Stack>
    </TwoColumns>
  );
}

function Line({ product, count }: { product: Product; count: number }) {
  const { t } = useWords("market");
  const minor = minorFrom(product.price, product.currency);
  const isTooMany = count > product.stock_quantity;
  return (
    <Card component="article" padding="md">
      <Group justify="space-between" align="flex-end" gap="sm">
        <div style={{ minWidth: 140, flex: 1 }}>
          <Text fw={600}>{product.product_name}</Text>
          <Text size="sm" c="dimmed">
            <Price minor={minor} currency={product.currency} />
          </Text>
        </div>
        <Group align="flex-end" gap="xs">
          <NumberInput
            label={t("basket.pieces")}
            aria-label={t("basket.piecesOf", { name: product.product_name })}
            w={90}
            min={1}
            max={product.stock_quantity}
            value={count}
            error={isTooMany ? t("shop.left", { count: product.stock_quantity }) : undefined}
            onChange={(value) => Number(value) >= 1 && put(product.uuid, Math.trunc(Number(value)))}
          />
          <Button
            variant="default"
            aria-label={t("basket.removeThis", { name: product.product_name })}
            onClick={() => put(product.uuid, 0)}
          >
            {t("basket.remove")}
          </Button>
        </Group>
      </Group>
    </Card>
  );
}
