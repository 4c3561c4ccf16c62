// An open conversation fetches what is new; without this script the page is reloaded by hand and everything else works.
const talk = document.querySelector("[data-news]");
const EVERY = 3000;

async function news() {
  if (!document.hidden) {
    const answer = await fetch(`${talk.dataset.news}?after=${talk.dataset.last}`, { redirect: "error" });
    if (!answer.ok) return;
    const piece = document.createElement("template");
    piece.innerHTML = await answer.text(); // our own server's page, escaped there
    for (const line of piece.content.querySelectorAll("[data-seq]")) {
      if (Number(line.dataset.seq) > Number(talk.dataset.last)) {
        talk.dataset.last = line.dataset.seq;
        talk.append(line);
      }
    }
  }
  setTimeout(news, EVERY);
}

if (talk && !new URLSearchParams(location.search).has("before")) setTimeout(news, EVERY);
