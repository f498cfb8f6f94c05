form.addEventListener("submit", (event) => {
  event.preventDefault();
  send({ token }, "Your address is confirmed. You can sign in now.");
});
