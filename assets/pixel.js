// The Trackily pixel: tells the tracker what a visitor does on a merchant's page, so that it is credited to the click that
// led there.
//
//   <script async src="https://track.example.com/pixel.js"></script>
//   trackily.track("purchase", { order_id: "A-1", revenue: 89.99, currency: "USD" });
//
// It writes one first-party cookie, _tly_click (the click's id, from the address the visitor came with), and keeps what
// could not be sent in localStorage. With data-consent="required" it does neither, and sends nothing, before
// trackily.consent(true).
(function (window, document, navigator) {
  "use strict";
  var script = document.currentScript || document.querySelector('script[src*="/pixel.js"]');
  var early = window.trackily || {};
  if (!script || early.loaded) return;

  var endpoint = script.src.replace(/\/pixel\.js.*$/, "/api/pixel");
  var NAME = "_tly_click";
  var WAITING = "_tly_waiting";
  var MOST = 50;
  var DAY = 86400000;
  var ID = "([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})";

  var consent = script.getAttribute("data-consent") !== "required" || undefined; // undefined: not asked yet
  var arrived = (new RegExp("[?&#]" + NAME + "=" + ID, "i").exec(location.href) || [])[1];
  var memory = []; // before consent, and where there is no localStorage
  var sending = {};
  var delay = 2000;
  var timer;
  // A fetch with keepalive outlives the page, and unlike a beacon it tells whether the event got there.
  var outlives = window.fetch && window.Request && "keepalive" in Request.prototype;

  // The cookie

  function cookie() {
    return (new RegExp("(?:^|; )" + NAME + "=" + ID, "i").exec(document.cookie) || [])[1];
  }

  function setCookie(value, age, isDone) {
    var text = NAME + "=" + value + "; Path=/; Max-Age=" + age + "; SameSite=Lax" +
      (location.protocol === "https:" ? "; Secure" : "");
    var labels = location.hostname.split(".");
    // For the widest domain that the browser allows: shop and checkout may be on two hosts.
    for (var i = labels.length - 2; i >= 0; i--) {
      document.cookie = text + "; Domain=" + labels.slice(i).join(".");
      if (isDone()) return;
    }
    document.cookie = text;
  }

  // What waits to be sent

  function load() {
    if (!consent) return memory;
    try {
      return JSON.parse(localStorage.getItem(WAITING) || "[]").filter(function (item) {
        return Date.now() - item.at < 7 * DAY;
      }).concat(memory);
    } catch (e) {
      return memory;
    }
  }

  function keep(items) {
    items = items.slice(-MOST);
    memory = [];
    try {
      if (!consent) throw 0;
      if (items.length) localStorage.setItem(WAITING, JSON.stringify(items));
      else localStorage.removeItem(WAITING);
    } catch (e) {
      memory = items;
    }
  }

  function drop(item) {
    delete sending[item.id];
    delay = 2000;
    keep(load().filter(function (other) { return other.id !== item.id; }));
  }

  function later(item) {
    delete sending[item.id];
    if (timer) return;
    timer = setTimeout(function () {
      timer = 0;
      flush();
    }, delay);
    delay = Math.min(delay * 2, 300000);
  }

  // Sending. Plain text is what a browser sends to another origin without asking first.

  function body(item, data) {
    return JSON.stringify({
      event: item.event, event_id: item.id, click_id: item.click, age: Date.now() - item.at, data: data || item.data
    });
  }

  function send(item) {
    if (sending[item.id]) return;
    sending[item.id] = 1;
    if (!window.fetch) {
      if (navigator.sendBeacon && navigator.sendBeacon(endpoint, body(item))) drop(item);
      else picture(item);
      return;
    }
    fetch(endpoint, { method: "POST", body: body(item), keepalive: true, credentials: "omit" }).then(function (answer) {
      // Whatever else is wrong with it will not be right the next time.
      if (answer.status === 429 || answer.status >= 500) later(item);
      else drop(item);
    }, function () {
      // No network, or a policy of the page that lets only pictures through.
      if (navigator.onLine === false) later(item);
      else picture(item);
    });
  }

  function picture(item) {
    var image = new Image();
    image.onload = function () { drop(item); };
    image.onerror = function () { later(item); };
    // Addresses of pages and pictures end up in logs: nobody's e-mail address belongs there.
    image.src = endpoint + "?e=" + encodeURIComponent(body(item, Object.assign({}, item.data, { email: undefined })));
  }

  function flush() {
    if (consent) load().forEach(send);
  }

  // What pages call

  function random() {
    var bytes = new Uint8Array(16);
    (window.crypto || window.msCrypto).getRandomValues(bytes);
    return Array.prototype.map.call(bytes, function (byte) { return (byte + 256).toString(16).slice(1); }).join("");
  }

  function track(event, data) {
    if (consent === false || !event) return;
    var click = arrived || (consent && cookie());
    // Who came another way is nobody's customer.
    if (consent && !click) return;
    data = Object.assign({}, data);
    if (JSON.stringify(data).length > 10000) delete data.products;
    var item = { id: random(), event: String(event), click: click, at: Date.now(), data: data };
    keep(load().concat(item));
    if (consent) send(item);
  }

  function allow(given) {
    var held = consent ? [] : memory;
    if (given) {
      consent = true;
      memory = [];
      if (arrived) setCookie(arrived, 30 * 86400, function () { return cookie() === arrived; });
      var click = arrived || cookie();
      if (click) {
        held.forEach(function (item) { item.click = click; });
        keep(load().concat(held));
      }
      flush();
    } else {
      consent = false;
      memory = [];
      setCookie("", 0, function () {});
      try { localStorage.removeItem(WAITING); } catch (e) { /* there is none */ }
    }
  }

  // A mistake of ours must never be one of the page.
  function safely(action) {
    return function (first, second) {
      try { action(first, second); } catch (e) { if (window.console) console.warn("trackily:", e); }
    };
  }

  var pixel = window.trackily = { loaded: true, track: safely(track), consent: safely(allow) };
  if (consent) pixel.consent(true);
  pixel.track("pageview");
  (early.q || []).forEach(function (call) { pixel[call[0]].apply(null, call[1]); });

  window.addEventListener("online", flush);
  window.addEventListener("pagehide", function () {
    if (!consent || !navigator.sendBeacon) return;
    load().forEach(function (item) {
      if (!(outlives && sending[item.id])) navigator.sendBeacon(endpoint, body(item));
    });
  });
})(window, document, navigator);
