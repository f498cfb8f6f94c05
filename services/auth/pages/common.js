"use strict";
// The token is in this page's address. It leaves only with the request that the button sends, and
// the address loses it at once: a history or a screenshot must not keep it.
const token = new URLSearchParams(location.search).get("token") || "";
history.replaceState(null, "", location.pathname);

const form = document.getElementById("form");
const notice = document.getElementById("status");
const words = {
  ERROR_REASON_TOKEN_INVALID:
    "This link is not valid: it was used before, it is too old, or a newer one has been sent.",
  ERROR_REASON_LOGIN_BUSY: "Too much is going on right now. Try again in a moment.",
  ERROR_REASON_TOO_MANY_REQUESTS: "Too much is going on right now. Try again in a moment.",
  ERROR_REASON_UNAVAILABLE: "The service is not reachable right now. Try again in a moment.",
  ERROR_REASON_DEADLINE_EXCEEDED: "That took too long. Try again in a moment.",
};
const rules = {
  length: "The password is too short: it needs at least 8 characters.",
  common: "This password is one of the most used ones. Choose another one.",
  personal: "This password is too close to your address or to our name. Choose another one.",
};
const FAILED = "Something went wrong. Try again, or ask for another mail.";

// What the service says of a failure, in words.
function explained(reply) {
  const info = (reply.details || []).find((detail) => detail.reason) || {};
  if (info.reason === "ERROR_REASON_PASSWORD_UNACCEPTABLE") {
    return rules[(info.metadata || {}).rule] || "Choose another password.";
  }
  return words[info.reason] || FAILED;
}

// Sends the request that this page is for. Returns whether it was done.
async function send(body, done) {
  const button = form.querySelector("button");
  button.disabled = true;
  notice.textContent = "One moment …";
  try {
    const reply = await fetch(location.pathname, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      credentials: "omit",
      redirect: "error",
    });
    const said = await reply.json();
    notice.textContent = reply.ok ? done : explained(said);
    form.hidden = reply.ok;
  } catch {
    notice.textContent = FAILED;
  }
  button.disabled = false;
}

if (token) {
  form.hidden = false;
} else {
  notice.textContent = "The link is incomplete. Open it again from the mail.";
}
