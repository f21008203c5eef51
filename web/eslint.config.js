import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["dist", "node_modules", "src/database.types.ts"] },
  ts.configs.recommended,
  a11y.flatConfigs.recommended,
  hooks.configs.flat.recommended,
  {
    rules: {
      "max-lines": ["error", { max: 300 }],
      // The words of a page are moved into focus where its dialog opens.
      "jsx-a11y/no-autofocus": "off",
    },
  },
);
