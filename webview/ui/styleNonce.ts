/**
 * The toolkit tries out `:focus-visible` with a style element when it is loaded, and gives up showing focus well where
 * the Content Security Policy forbids it. It looks for a nonce under this name; the page's own script has one, so the
 * policy needs no 'unsafe-inline'. To be imported before the toolkit.
 */
const { currentScript } = document;
if (currentScript instanceof HTMLScriptElement && currentScript.nonce) {
  const meta = document.createElement('meta');
  meta.setAttribute('property', 'csp-nonce');
  meta.content = currentScript.nonce;
  document.head.append(meta);
}
