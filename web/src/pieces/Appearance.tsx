import { Group, NativeSelect, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { languages, speak, useWords, type Language } from "../words";

/** Language and light or dark. */
export function Appearance() {
  const { t, language } = useWords();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Group gap="xs">
      <NativeSelect
        size="xs"
        aria-label={t("look.language")}
        value={language}
        data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
        onChange={(event) => void speak(event.currentTarget.value as Language)}
      />
      <NativeSelect
        size="xs"
        aria-label={t("look.scheme")}
        value={colorScheme}
        data={(["auto", "light", "dark"] as const).map((value) => ({
          value,
          label: t(`look.${value}`),
        }))}
        onChange={(event) => setColorScheme(event.currentTarget.value as MantineColorScheme)}
      />
    </Group>
  );
}
