/** The demo page: signs in as one of the made-up claimants, as a host page would sign in somebody it knows. */

const KEY = "forloeb-demo-claimant";
const chat = document.querySelector("forloeb-chat");
const who = document.querySelector(".who");
const buttons = [...document.querySelectorAll("[data-claimant]")];

function mark(claimant) {
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.claimant === claimant));
  who.textContent = claimant ? `Du skriver som ${claimant} (demo).` : "Du skriver uden at være logget ind.";
  sessionStorage.setItem(KEY, claimant);
}

async function become(claimant) {
  const now = sessionStorage.getItem(KEY) ?? "";
  if (claimant === now) return;
  if (!claimant) {
    await chat.signOut();
  } else {
    const response = await fetch("/demo/login", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ claimant }),
    });
    const body = await response.json();
    if (!response.ok) throw new Error(body.error?.message);
    await chat.signIn(body.login);
  }
  mark(claimant);
}

if (buttons.length) {
  mark(sessionStorage.getItem(KEY) ?? "");
  chat.addEventListener("forloeb-expired", () => mark(""));
  for (const button of buttons) {
    button.addEventListener("click", async () => {
      for (const other of buttons) other.disabled = true;
      try {
        await become(button.dataset.claimant);
      } catch (error) {
        who.textContent = error.message || "Det lykkedes ikke at logge ind. Prøv igen.";
      } finally {
        for (const other of buttons) other.disabled = false;
        // a button that was disabled has lost the focus; somebody who writes already keeps it
        if (document.activeElement === document.body) button.focus();
      }
    });
  }
}
