// The browser phone: sends the page's own forms and replaces what changed. Without it they work all the same.
"use strict";

(() => {
  const KEYS = "0123456789*#";
  const CHARACTERS_A_SECOND = 14;
  const LOOK_EVERY = 2500;
  const LOOKS = 72;
  const main = document.getElementById("phone");
  const log = document.getElementById("log");
  const keys = document.getElementById("keys");
  const option = (id) => document.getElementById(id);
  const seen = new Map();
  let queue = Promise.resolve();
  let looks = LOOKS;
  let lastKey = null;
  let armed = "";
  let timer = 0;

  const parts = (page) => page.querySelectorAll("[data-part]");
  const part = (page, name) => page.querySelector(`[data-part="${name}"]`);

  // Sending

  function send(address, body) {
    queue = queue.then(() => exchange(address, body)).catch(() => {
      tell("The web server of this page does not answer. Is “fanal run” still running?");
    });
  }

  async function exchange(address, body) {
    const answer = await fetch(address, body ? { method: "POST", body } : {});
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.getElementById("phone")) throw new Error("another page");
    if (answer.ok) show(page, new URL(answer.url));
    else refuse(page);
  }

  function tell(words) {
    const paragraph = document.createElement("p");
    paragraph.textContent = words;
    const notice = document.createElement("div");
    notice.className = "notice";
    notice.append(paragraph);
    part(document, "notice").replaceChildren(notice);
    seen.delete("notice");
  }

  // A refusal never takes the conversation away; the form that was refused comes back with what is wrong in it.
  function refuse(page) {
    replace("notice", page);
    if (part(page, "setup").querySelector("[aria-invalid]")) {
      replace("setup", page);
      nameZone();
      part(document, "setup").querySelector("[aria-invalid]").focus();
    }
  }

  // Showing

  function replace(name, page) {
    const fresh = part(page, name);
    const markup = fresh.innerHTML;
    if (seen.get(name) === markup) return;
    seen.set(name, markup);
    part(document, name).replaceChildren(...fresh.childNodes);
  }

  function show(page, address) {
    const other = page.getElementById("phone");
    const anotherCall = other.dataset.call !== main.dataset.call;
    Object.assign(main.dataset, other.dataset);
    document.title = page.title;
    main.querySelector("h1").replaceWith(other.querySelector("h1"));
    if (address.pathname !== location.pathname) history.pushState(null, "", address.pathname);
    const added = converse(page, anotherCall);
    for (const each of parts(page)) if (each.dataset.part !== "log") replace(each.dataset.part, page);
    followKeys(page.getElementById("keys"));
    keepFocus(anotherCall);
    if (added.length) lookAt(added[0]);
    const spoken = added.filter((passage) => passage.className === "line").flatMap(sentencesOf);
    speak(spoken);
    arm(spoken);
  }

  // New words are read from their beginning; the news that it rings, and a text, stand at the end.
  function lookAt(passage) {
    if (main.dataset.awaiting === "leg" || passage.className === "text") log.scrollTop = log.scrollHeight;
    else log.scrollTop += passage.getBoundingClientRect().top - log.getBoundingClientRect().top - 12;
  }

  const sentencesOf = (passage) => [...passage.querySelectorAll("[data-language]")];

  // Only what is new is added, so that a screen reader says only that. Returns the new passages.
  function converse(page, anotherCall) {
    const list = part(document, "log");
    const fresh = [...part(page, "log").children];
    if (anotherCall) list.replaceChildren();
    const known = seen.get("passages") ?? [];
    const marks = fresh.map((passage) => passage.textContent);
    const from = anotherCall ? 0 : marks.findIndex((mark, place) => mark !== known[place]);
    seen.set("passages", marks);
    if (from < 0 || !fresh.length) return [];
    while (list.children.length > from) list.lastChild.remove();
    list.lastElementChild?.removeAttribute("id");
    const added = fresh.slice(from);
    list.append(...added);
    log.querySelector(".empty").hidden = true;
    return added;
  }

  // The keys stay the same elements, so that focus stays on the key that was pressed.
  function followKeys(fresh) {
    keys.action = fresh.action;
    keys.toggleAttribute("data-idle", fresh.hasAttribute("data-idle"));
    const buttons = fresh.querySelectorAll("button");
    keys.querySelectorAll("button").forEach((button, place) => {
      button.disabled = buttons[place].disabled;
    });
  }

  function keepFocus(anotherCall) {
    if (anotherCall) mark(null);
    if (anotherCall && main.dataset.call) {
      keys.querySelector("button").focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    if (document.activeElement !== document.body) return;
    (lastKey && !lastKey.disabled ? lastKey : log).focus({ preventScroll: true });
  }

  function mark(button) {
    lastKey?.classList.remove("last");
    lastKey = button;
    lastKey?.classList.add("last");
  }

  function nameZone() {
    const zone = option("country")?.selectedOptions[0]?.dataset.zone;
    if (zone) option("zone").textContent = `Time zone: ${zone}.`;
  }

  // Silence: after the last word and the carrier's patience, unless somebody presses a key, or looks elsewhere.

  function arm(sentences) {
    const turn = `${main.dataset.call} ${main.dataset.turn} ${main.dataset.awaiting}`;
    if (turn === armed) return;
    armed = turn;
    const characters = sentences.reduce((sum, each) => sum + each.textContent.length, 0);
    wait(characters / CHARACTERS_A_SECOND);
  }

  function wait(before) {
    clearTimeout(timer);
    if (main.dataset.awaiting !== "keys" || !option("patience").checked) return;
    timer = setTimeout(fallSilent, (before + Number(main.dataset.patience)) * 1000, armed);
  }

  function fallSilent(turn) {
    if (turn !== armed || main.dataset.awaiting !== "keys") return;
    const typing = option("words")?.value;
    if (document.hidden || typing || isHeard()) wait(0);
    else send(`/phone/calls/${main.dataset.call}/silence`, new URLSearchParams());
  }

  const isHeard = () =>
    window.speechSynthesis?.speaking || [...log.querySelectorAll("audio")].some((each) => !each.paused);

  // Sound: voices of this device where it is asked for. A recording plays only by its own control.

  function speak(sentences) {
    if (!option("sound").checked || !sentences.length) return;
    speechSynthesis.cancel();
    const missing = new Set();
    const recorded = new Set();
    for (const each of sentences) {
      if ("recorded" in each.dataset) {
        recorded.add(each.dataset.language);
        continue;
      }
      const voice = voiceFor(each.lang);
      if (!voice) {
        missing.add(each.dataset.language);
        continue;
      }
      const utterance = new SpeechSynthesisUtterance(each.textContent);
      utterance.voice = voice;
      utterance.lang = each.lang;
      speechSynthesis.speak(utterance);
    }
    option("sound-note").textContent = [
      missing.size && `This device has no voice for ${[...missing].join(", ")}: read it in the conversation.`,
      recorded.size && `Callers hear recordings in ${[...recorded].join(", ")}: play them in the conversation.`,
    ]
      .filter(Boolean)
      .join(" ");
  }

  function voiceFor(lang) {
    const plain = (tag) => tag.replace("_", "-").toLowerCase();
    const voices = speechSynthesis.getVoices();
    return (
      voices.find((voice) => plain(voice.lang) === plain(lang)) ??
      voices.find((voice) => plain(voice.lang).split("-")[0] === plain(lang).split("-")[0])
    );
  }

  function latestSentences() {
    const said = [...log.querySelectorAll("li.line")].pop();
    return said ? sentencesOf(said) : [];
  }

  // What people do

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-live]")) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    if (event.submitter?.name) body.append(event.submitter.name, event.submitter.value);
    if (form === keys) mark(event.submitter);
    if (form.matches(".say")) form.reset();
    clearTimeout(timer);
    armed = "";
    window.speechSynthesis?.cancel();
    looks = LOOKS;
    send(form.action, body);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || !option("keyboard").checked) return;
    if (event.target.closest("select, textarea, input:not([type=checkbox], [type=radio])")) return;
    const button = event.key.length === 1 && KEYS.includes(event.key) && keys.querySelector(`[value="${event.key}"]`);
    if (!button || button.disabled) return;
    event.preventDefault();
    if (keys.contains(document.activeElement)) button.focus();
    keys.requestSubmit(button);
  });

  document.addEventListener("change", (event) => {
    if (event.target.id === "country") nameZone();
    if (event.target.id === "patience") wait(0);
    if (event.target.id === "sound") {
      if (event.target.checked) speak(latestSentences());
      else speechSynthesis.cancel();
    }
  });

  setInterval(() => {
    if (!main.dataset.call || document.hidden || looks <= 0) return;
    looks -= 1;
    send(`/phone/calls/${main.dataset.call}`);
  }, LOOK_EVERY);

  addEventListener("popstate", () => location.reload());
  addEventListener("pagehide", () => window.speechSynthesis?.cancel());

  seen.set("passages", [...part(document, "log").children].map((passage) => passage.textContent));
  for (const each of parts(document)) seen.set(each.dataset.part, each.innerHTML);
  option("toggles").hidden = false;
  if (!("speechSynthesis" in window)) {
    option("sound").disabled = true;
    option("sound-note").textContent = "This browser cannot speak.";
  } else speechSynthesis.getVoices();
  nameZone();
  if (log.querySelector("#latest")) lookAt(log.querySelector("#latest"));
  arm(latestSentences());
})();
