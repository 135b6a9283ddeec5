/*
 * Wismo's chat for a shop's pages: one file, no dependencies.
 *
 *   <script src="https://wismo.example.com/chat/widget.js" data-merchant="NAME" async></script>
 *
 * data-user: {"id", "email", "expires", "signature"} of who is signed in at the shop (docs/channels.md); data-lang, data-title: else the
 * page's language and the store's name. WismoChat.open(), close(), setUser(user), forget() (at sign-out).
 * Nothing is called before the chat is opened, or goes on.
 */
(function () {
  'use strict';
  var script = document.currentScript;
  if (!script || window.WismoChat || !window.fetch || !window.ReadableStream || !Element.prototype.attachShadow) return;

  var base = new URL(script.src).origin + '/chat/' + encodeURIComponent(script.dataset.merchant || '');
  var RTL = /^(ar|fa|he|ur)\b/;
  var WORDS = {
    en: ['Chat', 'Open the chat', 'Close the chat', 'Your message', 'Send', 'Automatic assistant', 'Team', 'You', 'No connection. Trying again…', 'Not sent.', 'Try again', 'New answer'],
    es: ['Chat', 'Abrir el chat', 'Cerrar el chat', 'Tu mensaje', 'Enviar', 'Asistente automático', 'Equipo', 'Tú', 'Sin conexión. Reintentando…', 'No enviado.', 'Reintentar', 'Nueva respuesta'],
    fr: ['Chat', 'Ouvrir le chat', 'Fermer le chat', 'Votre message', 'Envoyer', 'Assistant automatique', 'Équipe', 'Vous', 'Pas de connexion. Nouvel essai…', 'Non envoyé.', 'Réessayer', 'Nouvelle réponse'],
    de: ['Chat', 'Chat öffnen', 'Chat schließen', 'Ihre Nachricht', 'Senden', 'Automatische Antwort', 'Team', 'Sie', 'Keine Verbindung. Neuer Versuch…', 'Nicht gesendet.', 'Noch einmal', 'Neue Antwort'],
    it: ['Chat', 'Apri la chat', 'Chiudi la chat', 'Il tuo messaggio', 'Invia', 'Assistente automatico', 'Team', 'Tu', 'Nessuna connessione. Nuovo tentativo…', 'Non inviato.', 'Riprova', 'Nuova risposta'],
    pt: ['Chat', 'Abrir o chat', 'Fechar o chat', 'A sua mensagem', 'Enviar', 'Assistente automático', 'Equipa', 'Você', 'Sem ligação. A tentar de novo…', 'Não enviado.', 'Tentar de novo', 'Nova resposta'],
    nl: ['Chat', 'Chat openen', 'Chat sluiten', 'Je bericht', 'Versturen', 'Automatische assistent', 'Team', 'Jij', 'Geen verbinding. Nieuwe poging…', 'Niet verstuurd.', 'Opnieuw', 'Nieuw antwoord'],
    pl: ['Czat', 'Otwórz czat', 'Zamknij czat', 'Twoja wiadomość', 'Wyślij', 'Automatyczny asystent', 'Zespół', 'Ty', 'Brak połączenia. Ponawiam…', 'Nie wysłano.', 'Ponów', 'Nowa odpowiedź'],
    sv: ['Chatt', 'Öppna chatten', 'Stäng chatten', 'Ditt meddelande', 'Skicka', 'Automatisk assistent', 'Teamet', 'Du', 'Ingen anslutning. Försöker igen…', 'Inte skickat.', 'Försök igen', 'Nytt svar'],
    hi: ['चैट', 'चैट खोलें', 'चैट बंद करें', 'आपका संदेश', 'भेजें', 'स्वचालित सहायक', 'टीम', 'आप', 'कनेक्शन नहीं है। फिर कोशिश हो रही है…', 'नहीं भेजा गया।', 'फिर कोशिश करें', 'नया उत्तर'],
    ja: ['チャット', 'チャットを開く', 'チャットを閉じる', 'メッセージ', '送信', '自動アシスタント', '担当者', 'あなた', '接続できません。再試行しています…', '送信できませんでした。', '再試行', '新しい返信'],
    ar: ['الدردشة', 'فتح الدردشة', 'إغلاق الدردشة', 'رسالتك', 'إرسال', 'مساعد آلي', 'الفريق', 'أنت', 'لا يوجد اتصال. نعيد المحاولة…', 'لم تُرسل.', 'إعادة المحاولة', 'رد جديد']
  };
  var lang = (script.dataset.lang || document.documentElement.lang || navigator.language || 'en').toLowerCase();
  var w = WORDS[lang.slice(0, 2)] ? lang.slice(0, 2) : 'en';
  var T = {};
  ['title', 'open', 'close', 'message', 'send', 'wismo', 'person', 'customer', 'offline', 'unsent', 'again', 'news'].forEach(function (k, i) { T[k] = WORDS[w][i]; });

  var CSS = ':host{all:initial}*{box-sizing:border-box;font:15px/1.45 system-ui,sans-serif}' +
    '.launch{position:fixed;inset-block-end:20px;inset-inline-end:20px;min-width:56px;height:56px;padding:0 18px;border:0;border-radius:28px;background:#1f4fd8;color:#fff;cursor:pointer;box-shadow:0 2px 10px #0004;z-index:2147483000}' +
    '.launch .dot{display:inline-block;width:10px;height:10px;border-radius:5px;background:#ffd23f;margin-inline-start:8px}' +
    '.panel{position:fixed;inset-block-end:88px;inset-inline-end:20px;width:min(380px,calc(100vw - 24px));height:min(560px,calc(100vh - 108px));display:flex;flex-direction:column;background:#fff;color:#1b1d22;border:1px solid #c8ccd6;border-radius:14px;overflow:hidden;box-shadow:0 6px 30px #0003;z-index:2147483000}' +
    '[hidden]{display:none!important}' +
    'header{display:flex;align-items:center;justify-content:space-between;padding:10px 14px;background:#1f4fd8;color:#fff}h2{margin:0;font-weight:600}' +
    'header button{border:0;background:none;color:inherit;font-size:22px;line-height:1;width:36px;height:36px;cursor:pointer;border-radius:8px}' +
    '.log{flex:1;overflow-y:auto;padding:14px;display:flex;flex-direction:column;gap:10px;overscroll-behavior:contain}' +
    '.line{max-width:85%;align-self:flex-start}.line.customer{align-self:flex-end}.who{font-size:12px;color:#555b69;margin-inline:4px}' +
    '.text{white-space:pre-wrap;overflow-wrap:anywhere;padding:8px 12px;border-radius:12px;background:#eef0f5}.customer .text{background:#1f4fd8;color:#fff}.person .text{background:#e6f4e8}' +
    '.text a{color:inherit}.choices{display:flex;flex-wrap:wrap;gap:8px;margin-block-start:8px}' +
    '.choices button,.unsent button{border:1px solid #1f4fd8;background:#fff;color:#1f4fd8;border-radius:16px;padding:6px 12px;min-height:36px;cursor:pointer}' +
    '.unsent{font-size:13px;color:#a3231f}.state{padding:4px 14px;font-size:13px;color:#8a4b00;background:#fff6e0}' +
    '.typing{align-self:flex-start;color:#555b69;padding:0 6px}' +
    'form{display:flex;gap:8px;padding:10px;border-block-start:1px solid #dde0e8}textarea{flex:1;resize:none;height:44px;padding:10px;border:1px solid #8b92a3;border-radius:10px;background:#fff;color:inherit}' +
    'form button{border:0;border-radius:10px;padding:0 16px;background:#1f4fd8;color:#fff;cursor:pointer}' +
    ':focus-visible{outline:3px solid #ff9d00;outline-offset:2px}' +
    '@media (prefers-color-scheme:dark){.panel{background:#1b1d22;color:#eef0f5;border-color:#464b57}.text{background:#30343e}.person .text{background:#234a2a}.who,.typing{color:#b4bac8}textarea,.choices button,.unsent button{background:#252830;color:#dfe6ff}form{border-color:#464b57}}' +
    '@media (forced-colors:active){.launch,form button,.choices button{border:1px solid}}';

  function el(tag, attrs, text) {
    var e = document.createElement(tag);
    Object.keys(attrs || {}).forEach(function (k) { e.setAttribute(k, attrs[k]); });
    if (text !== undefined) e.textContent = text;
    return e;
  }

  /* ---- what stands on the page */
  var host = el('div'), root = host.attachShadow({mode: 'open'}), sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  root.adoptedStyleSheets = [sheet];
  var frame = el('div', {dir: RTL.test(w) ? 'rtl' : 'ltr', lang: w});
  var launch = el('button', {class: 'launch', type: 'button', 'aria-expanded': 'false', 'aria-controls': 'panel', 'aria-label': T.open}, T.title);
  var dot = el('span', {class: 'dot', role: 'status', 'aria-label': T.news, hidden: ''});
  var panel = el('section', {id: 'panel', class: 'panel', role: 'dialog', 'aria-labelledby': 'title', hidden: ''});
  var head = el('header'), title = el('h2', {id: 'title'}, script.dataset.title || T.title);
  var shut = el('button', {type: 'button', 'aria-label': T.close}, '×');
  var log = el('div', {class: 'log', role: 'log', 'aria-live': 'polite', 'aria-relevant': 'additions', 'aria-label': T.title, tabindex: '0'});
  var typing = el('div', {class: 'typing', 'aria-hidden': 'true', hidden: ''}, '• • •');
  var state = el('div', {class: 'state', role: 'status', hidden: ''});
  var form = el('form'), box = el('textarea', {'aria-label': T.message, placeholder: T.message, maxlength: '1000', rows: '1', dir: 'auto'});
  launch.append(dot);
  head.append(title, shut);
  log.append(typing);
  form.append(box, el('button', {type: 'submit'}, T.send));
  panel.append(head, log, state, form);
  frame.append(panel, launch);
  root.append(frame);

  /* Links are the only markup that a text can have, and only to pages. */
  function fill(into, text) {
    text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/).forEach(function (part, i) {
      if (i % 2 === 0) into.append(part);
      else into.append(el('a', {href: part, target: '_blank', rel: 'noopener noreferrer nofollow'}, part));
    });
  }
  function atEnd() { log.scrollTop = log.scrollHeight; }
  function dropChoices() { log.querySelectorAll('.choices').forEach(function (c) { c.remove(); }); }

  /* What is on its way to the server stands last, as it will in the conversation. */
  function place(line) {
    log.insertBefore(line, line.pending ? typing : Array.from(log.children).find(function (l) { return l.pending; }) || typing);
    atEnd();
  }
  function show(from, text, opt) {
    var line = el('div', {class: 'line ' + from}), words = el('div', {class: 'text', dir: 'auto'});
    if (opt.language) words.lang = opt.language;
    line.append(el('div', {class: 'who'}, T[from]), words);
    fill(words, text);
    dropChoices();
    if (opt.choices && opt.choices.length) {
      var group = el('div', {class: 'choices', role: 'group', 'aria-label': text.slice(0, 120)});
      opt.choices.forEach(function (c) {
        var b = el('button', {type: 'button', dir: 'auto'}, c.label);
        b.addEventListener('click', function () { box.focus(); say(c.label, c.choice); });
        group.append(b);
      });
      line.append(group);
    }
    place(line);
    return line;
  }

  /* ---- what is kept in the browser */
  var user = parse(script.dataset.user), session = null, kept = {};
  function parse(json) { try { return json ? JSON.parse(json) : null; } catch (e) { return null; } }
  function key(u) { return 'wismo-chat ' + base + ' ' + (u ? u.id || u.email : ''); }
  function load(k) { try { return localStorage.getItem(k); } catch (e) { return kept[k] || null; } }
  function store(k, v) {
    try { if (v) localStorage.setItem(k, v); else localStorage.removeItem(k); } catch (e) { kept[k] = v; }
  }

  /* ---- the server */
  var wait = 1000, seen = '', own = {}, going = null, beginning = null, timer = 0, ended = false;
  function call(path, method, body, more) {
    var headers = Object.assign({}, more);
    if (session) headers.Authorization = 'Bearer ' + session;
    if (body) headers['Content-Type'] = 'application/json';
    return fetch(base + path, {method: method, headers: headers, body: body ? JSON.stringify(body) : undefined,
      mode: 'cors', credentials: 'omit', cache: 'no-store', signal: going ? going.signal : undefined});
  }
  function begin() { /* one at a time: the line and what is said share a session */
    if (!beginning) beginning = start().finally(function () { beginning = null; });
    return beginning;
  }
  function start() {
    session = load(key(user));
    if (session) return Promise.resolve();
    session = user ? load(key(null)) : null; /* who signs in takes the conversation along */
    return call('/session', 'POST', user ? {user: user} : {}).then(function (r) {
      if (r.status === 401 && user) { user = null; session = load(key(null)); return session ? null : start(); } /* the page's signature is over */
      if (!r.ok) throw r;
      return r.json().then(function (s) {
        if (user) store(key(null), null);
        session = s.token;
        store(key(user), session);
        if (s.store && !script.dataset.title) title.textContent = s.store;
      });
    });
  }
  function anew() { store(key(user), null); session = null; seen = ''; }

  function told(event, data, id) {
    if (id) seen = id;
    if (event !== 'message') return;
    var m = parse(data);
    if (!m) return;
    if (m.from === 'customer') {
      if (own[m.id]) { own[m.id].arrived(); return; }
      show('customer', m.text || m.choice || '', {});
      return;
    }
    typing.hidden = true;
    show(m.from, m.text, m);
    if (panel.hidden) dot.hidden = false;
  }

  /* Server-sent events by hand: EventSource sends no headers, and a token has no place in an address. */
  function read(body) {
    var reader = body.getReader(), decoder = new TextDecoder(), rest = '', ev = {};
    function line(l) {
      if (l === '') {
        if (ev.data !== undefined) told(ev.event || 'message', ev.data, ev.id);
        ev = {};
      } else if (l[0] !== ':') {
        var at = l.indexOf(':');
        ev[l.slice(0, at)] = l.slice(at + 1).replace(/^ /, '');
      }
    }
    function more() {
      return reader.read().then(function (r) {
        if (r.done) return;
        wait = 1000;
        var lines = (rest + decoder.decode(r.value, {stream: true})).split('\n');
        rest = lines.pop();
        lines.forEach(line);
        return more();
      });
    }
    return more();
  }
  function connect() {
    if (going) return;
    going = new AbortController();
    var mine = going;
    begin().then(function () {
      return call('/events', 'GET', null, seen ? {'Last-Event-ID': seen} : {});
    }).then(function (r) {
      if (r.status === 401) { anew(); throw r; }
      if (!r.ok) throw r;
      state.hidden = true;
      return read(r.body);
    }).catch(function (r) {
      ended = r && (r.status === 403 || r.status === 404); /* this page may not, or there is no chat */
    }).then(function () {
      if (going !== mine) return;
      going = null;
      if (ended) { host.hidden = true; return; }
      state.textContent = T.offline;
      state.hidden = wait < 2000; /* a line that breaks once is no news */
      timer = setTimeout(connect, wait * (0.7 + 0.6 * Math.random()));
      wait = Math.min(wait * 2, 30000);
    });
  }

  /* ---- saying something */
  function newId() {
    var raw = crypto.getRandomValues(new Uint8Array(12));
    return Array.from(raw, function (b) { return b.toString(16).padStart(2, '0'); }).join('');
  }
  function say(text, choice) {
    var id = newId(), line = show('customer', text, {});
    var note = el('div', {class: 'unsent', role: 'alert', hidden: ''});
    line.append(note);
    line.pending = true;
    line.arrived = function () {
      note.remove();
      if (!line.pending) return;
      line.pending = false;
      if (line.nextSibling !== typing) place(line);
    };
    place(line);
    own[id] = line;
    var body = choice ? {id: id, choice: choice, text: text} : {id: id, text: text};
    function send(tries) {
      note.hidden = true;
      typing.hidden = false;
      atEnd();
      return (session ? Promise.resolve() : begin()).then(function () { return call('/messages', 'POST', body); }).then(function (r) {
        if (r.ok) { setTimeout(function () { typing.hidden = true; }, 12000); return; }
        if (r.status === 401) anew();
        if (tries > 0 && (r.status === 401 || r.status === 429 || r.status >= 500)) throw r;
        fail();
      }).catch(function (r) {
        if (tries === 0) return fail();
        var after = r && r.headers ? Number(r.headers.get('Retry-After')) || 1 : 1;
        return new Promise(function (ok) { setTimeout(ok, after * 1000 * (6 - tries)); }).then(function () { return send(tries - 1); });
      });
    }
    function fail() {
      var again = el('button', {type: 'button'}, T.again);
      typing.hidden = true;
      note.replaceChildren(T.unsent + ' ', again);
      note.hidden = false;
      again.addEventListener('click', function () { send(3); });
    }
    send(4);
    connect();
  }

  /* ---- people */
  function open() {
    panel.hidden = false;
    dot.hidden = true;
    launch.setAttribute('aria-expanded', 'true');
    launch.setAttribute('aria-label', T.close);
    connect();
    atEnd();
    box.focus();
  }
  function close() {
    panel.hidden = true;
    launch.setAttribute('aria-expanded', 'false');
    launch.setAttribute('aria-label', T.open);
    launch.focus();
  }
  function stop() {
    clearTimeout(timer);
    if (going) going.abort();
    going = null;
    session = null;
    seen = '';
    own = {};
    log.querySelectorAll('.line').forEach(function (l) { l.remove(); });
  }
  launch.addEventListener('click', function () { if (panel.hidden) open(); else close(); });
  shut.addEventListener('click', close);
  panel.addEventListener('keydown', function (e) { if (e.key === 'Escape') { e.stopPropagation(); close(); } });
  box.addEventListener('keydown', function (e) {
    if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) { e.preventDefault(); form.requestSubmit(); }
  });
  form.addEventListener('submit', function (e) {
    e.preventDefault();
    var text = box.value.trim();
    box.value = '';
    if (text) say(text);
  });
  window.WismoChat = {
    open: open,
    close: close,
    setUser: function (u) { stop(); user = u || null; if (!panel.hidden) connect(); },
    forget: function () { store(key(user), null); stop(); user = null; }
  };
  function appear() {
    document.body.append(host);
    if (load(key(user))) connect(); /* it goes on */
  }
  if (document.body) appear();
  else document.addEventListener('DOMContentLoaded', appear);
})();
