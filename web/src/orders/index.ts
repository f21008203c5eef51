export { BasketPage } from "./BasketPage";
export { Order } from "./Order";
export { Shop } from "./Shop";
