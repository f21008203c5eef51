import { useWords } from "../words";
import { ButtonLink } from "./links";
import { Page } from "./Page";
import { Empty } from "./states";

export function Lost() {
  const { t } = useWords();
  return (
    <Page title={t("lost.title")}>
      <Empty title={t("lost.what")} action={<ButtonLink to="/">{t("lost.home")}</ButtonLink>}>
        {t("lost.do")}
      </Empty>
    </Page>
  );
}
