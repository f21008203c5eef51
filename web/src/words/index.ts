import i18next from "i18next";
import { useSyncExternalStore } from "react";
import { lens } from "../lenses";

export const languages = { en: "English", da: "Dansk" } as const;
export type Language = keyof typeof languages;

const KEPT = "convene-language";
const isLanguage = (code: string): code is Language => code in languages;

/** What the reader chose before, or the first of the browser's that there is. */
function wanted(): Language {
  const kept = localStorage.getItem(KEPT);
  const codes = [kept, ...navigator.languages].filter(Boolean).map((code) => code!.slice(0, 2));
  return codes.find(isLanguage) ?? "en";
}

// Each language is a file of its own, so a reader loads one of them; and it is data, not script.
const files = import.meta.glob<string>("./*/*.json", {
  query: "?url",
  import: "default",
  eager: true,
});
const read = async (language: Language, part: string) =>
  (await fetch(files[`./${language}/${part}.json`])).json() as Promise<object>;

async function add(language: Language, part: string) {
  if (i18next.hasResourceBundle(language, part)) return;
  i18next.addResourceBundle(language, part, await read(language, part));
}

/** The words of the house's lens stand before those of the pages. */
const own = lens.words ? [lens.words] : [];
const parts = new Set(["main", ...own]);

/** Load the words of a part of the pages (`desk`, `office`) before it is shown. */
export async function learn(part: string) {
  parts.add(part);
  await add(i18next.language as Language, part);
}

export async function speak(language: Language) {
  await Promise.all([...parts].map((part) => add(language, part)));
  localStorage.setItem(KEPT, language);
  document.documentElement.lang = language;
  await i18next.changeLanguage(language);
}

export async function startWords() {
  const language = wanted();
  await i18next.init({
    lng: language,
    fallbackLng: false,
    defaultNS: "main",
    resources: {},
    interpolation: { escapeValue: false },
  });
  await Promise.all([...parts].map((part) => add(language, part)));
  document.documentElement.lang = language;
}

const spoken = () => i18next.language as Language;
const subscribe = (heard: () => void) => {
  i18next.on("languageChanged", heard);
  return () => i18next.off("languageChanged", heard);
};

/** Words, and the locale that money and dates are written in. */
export function useWords(part: string = "main") {
  const language = useSyncExternalStore(subscribe, spoken);
  const t = i18next.getFixedT(language, [...own, part]);
  // A reader from Britain reads British dates in the English pages.
  const written = navigator.languages.find((code) => code.startsWith(language));
  return { t, language, locale: written ?? (language === "da" ? "da-DK" : "en-GB") };
}
