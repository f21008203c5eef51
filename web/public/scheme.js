// Before the first paint, so that a dark page does not flash. A file, because the policy of the
// pages allows no inline script.
(function () {
  var wish = localStorage.getItem("mantine-color-scheme-value");
  var dark =
    wish === "dark" || (wish !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
