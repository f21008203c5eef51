declare module "ra-language-danish";
