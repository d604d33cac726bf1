// Security keys: asks the browser for what the form's `data-question` says and sends the answer with the form.
"use strict";

(() => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));

  const questionOf = (form) => {
    const question = JSON.parse(form.dataset.question);
    question.challenge = bytes(question.challenge);
    if (question.user) question.user.id = bytes(question.user.id);
    question.excludeCredentials = named(question.excludeCredentials);
    question.allowCredentials = named(question.allowCredentials);
    return question;
  };

  const answerOf = (credential) => {
    const response = { clientDataJSON: text(credential.response.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"])
      if (credential.response[part]) response[part] = text(credential.response[part]);
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      clientExtensionResults: {},
      response,
    });
  };

  const ask = async (event) => {
    const form = event.currentTarget;
    event.preventDefault();
    const fault = form.querySelector(".fault[role]");
    fault.hidden = true;
    try {
      const credential = await navigator.credentials[form.dataset.key]({ publicKey: questionOf(form) });
      form.elements.answer.value = answerOf(credential);
      form.submit();
    } catch {
      fault.textContent = form.dataset.refused;
      fault.hidden = false;
    }
  };

  if (!window.PublicKeyCredential) return;
  for (const form of document.querySelectorAll("form[data-key]")) {
    form.addEventListener("submit", ask);
    form.hidden = false;
  }
})();
