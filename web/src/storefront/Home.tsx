import { Box, Button, Center, Container, Text, Title } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useTitle } from "../pieces/Page";
import { Empty, Loading, Problem } from "../pieces/states";
import { useMarketplace } from "../start/marketplace";
import { useWords } from "../words";
import { Offer } from "./Offer";
import { offers, type Search } from "./search";
import { SearchForm } from "./SearchForm";

const route = getRouteApi("/");

export function Home() {
  const { t } = useWords();
  const search = route.useSearch();
  const go = useNavigate({ from: "/" });
  const currency = useMarketplace().data?.currency ?? "DKK";
  const found = useInfiniteQuery(offers(search, currency));
  useTitle(t("home.tab"));
  const shown = found.data?.pages.flat() ?? [];
  const tags = [...new Set(shown.flatMap((offer) => offer.tags))].sort();
  const clear = () => void go({ search: (): Search => ({}) });

  return (
    <>
      <Box className="hero" py={{ base: 32, sm: 56 }}>
        <Container size="lg" px={{ base: "md", sm: "lg" }}>
          <Title
            order={1}
            fz={{ base: 30, sm: 44 }}
            lh={1.12}
            maw={720}
            style={{ letterSpacing: "-0.02em" }}
          >
            {t("home.title")}
          </Title>
          <Text mt="sm" mb="xl" fz={{ base: 16, sm: 18 }} maw={600}>
            {t("home.lead")}
          </Text>
          <SearchForm search={search} tags={tags} currency={currency} />
        </Container>
      </Box>
      <Container size="lg" px={{ base: "md", sm: "lg" }} py="xl">
        <Title order={2} fz={20} mb="md" aria-live="polite">
          {found.isPending ? t("home.searching") : t("home.found", { count: shown.length })}
        </Title>
        {found.isPending && !found.error && <Loading rows={4} height={140} />}
        {found.error && <Problem error={found.error} again={() => void found.refetch()} />}
        {found.isSuccess && shown.length === 0 && (
          <Empty
            title={t("home.none")}
            action={
              <Button variant="default" onClick={clear}>
                {t("home.clear")}
              </Button>
            }
          >
            {t("home.noneDo")}
          </Empty>
        )}
        <div className="cards">
          {shown.map((offer) => (
            <Offer key={offer.offering_id} of={offer} near={search.near !== undefined} />
          ))}
        </div>
        {found.hasNextPage && (
          <Center mt="xl">
            <Button
              variant="default"
              loading={found.isFetchingNextPage}
              onClick={() => void found.fetchNextPage()}
            >
              {t("home.more")}
            </Button>
          </Center>
        )}
      </Container>
    </>
  );
}
