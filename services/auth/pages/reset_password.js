const password = document.getElementById("password");
document.getElementById("shown").addEventListener("change", (event) => {
  password.type = event.target.checked ? "text" : "password";
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const length = Array.from(password.value.normalize("NFKC")).length;
  if (length < 8 || length > 128) {
    notice.textContent = "The password needs 8 to 128 characters.";
    return;
  }
  send(
    { token, newPassword: password.value },
    "Your new password is set. All devices are signed out; sign in with it now.",
  );
});
