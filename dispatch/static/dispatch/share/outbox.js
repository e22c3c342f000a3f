/*
 * ES5 on purpose: the page runs on telephones of 2014 (Android 5, iOS 9), without fetch, Promise or modules. These
 * files stand one after the other in one function of the page.
 *
 * What is to be sent lies here until the centre has taken it: one request at a time, again after every failure, and in
 * the memory of the telephone where it has one. What comes twice is known there by its number.
 */
var POINTS_KEPT_MAX = 400;
var POINTS_SENT_MAX = 50;
var SEND_EVERY_MS = 5000;
var ASK_EVERY_MS = 15000;
var RETRY_MS = [2000, 4000, 8000, 15000, 30000];
var ANSWER_MS_MAX = 20000;
var PICTURE_MS_MAX = 90000;
var BUSY_MS = 60000;

/**
 * path: the address of the page. heard(answer): what the centre says. failed(kind): "offline", "busy" or, when it is
 * over for good, the code of the refusal.
 */
function Outbox(path, heard, failed) {
  var kept;
  this.path = path;
  this.heard = heard;
  this.failed = failed;
  this.memory = new Memory("siaga" + path.replace(/\//g, "-"));
  kept = this.memory.read();
  this.device = kept.device || randomKey();
  this.page = randomKey();
  this.number = 0;
  this.points = [];
  this.others = [];
  this.failures = 0;
  this.busy = false;
  this.ended = false;
  this.timer = null;
  var old = kept.points || [];
  for (var at = 0; at < old.length; at += 1) {
    this.keep(old[at]);
  }
  if (kept.words) {
    this.others.push({ kind: "words", body: kept.words });
  }
  this.remember();
}

Outbox.prototype.keep = function (point) {
  this.number += 1;
  point.n = this.number;
  this.points.push(point);
  if (this.points.length > POINTS_KEPT_MAX) {
    // The way so far is worth less than where it ends: every second of the older half is given up.
    var half = POINTS_KEPT_MAX / 2;
    this.points = this.points.filter(function (_point, at) {
      return at >= half || at % 2 === 0;
    });
  }
};

Outbox.prototype.add = function (point) {
  this.keep(point);
  this.remember();
  this.plan(this.failures ? null : 0);
};

/** kind: "words" {key, text}, "picture" {key, blob, done}, "stop" {}; done(error code or null). */
Outbox.prototype.addOther = function (kind, body, done) {
  this.others.push({ kind: kind, body: body, done: done });
  this.remember();
  this.plan(0);
};

/** Nothing that was measured stays on the telephone of somebody who has stopped. */
Outbox.prototype.clear = function () {
  this.points = [];
  this.remember();
};

Outbox.prototype.remember = function () {
  var words = this.others.filter(function (one) {
    return one.kind === "words";
  })[0];
  this.memory.write({ device: this.device, points: this.points, words: words ? words.body : null });
};

Outbox.prototype.waiting = function () {
  return this.points.length + this.others.length;
};

/** Send in so many milliseconds; null: leave what is planned. */
Outbox.prototype.plan = function (inMs) {
  var outbox = this;
  if (this.ended || (inMs === null && this.timer)) {
    return;
  }
  clearTimeout(this.timer);
  this.timer = setTimeout(
    function () {
      outbox.timer = null;
      outbox.send();
    },
    inMs === null ? SEND_EVERY_MS : inMs
  );
};

Outbox.prototype.send = function () {
  var other, points, now;
  if (this.busy || this.ended) {
    return;
  }
  if (this.points.length) {
    now = Date.now();
    points = this.points.slice(0, POINTS_SENT_MAX);
    this.post(
      "",
      {
        device: this.device,
        page: this.page,
        // Not when, but how long ago: the clock of this telephone may be wrong by hours.
        points: points.map(function (point) {
          return {
            n: point.n,
            lat: point.lat,
            lng: point.lng,
            accuracy: point.accuracy,
            age_ms: now - point.taken
          };
        })
      },
      function (outbox) {
        var last = points[points.length - 1].n;
        outbox.points = outbox.points.filter(function (point) {
          return point.n > last;
        });
      }
    );
  } else if (this.others.length) {
    other = this.others[0];
    this.post(
      "/" + other.kind,
      other.body.blob
        ? other.body
        : { device: this.device, page: this.page, key: other.body.key, text: other.body.text },
      function (outbox, code) {
        outbox.others.shift();
        if (other.done) {
          other.done(code || null);
        }
      }
    );
  } else {
    this.post("/state", null, function () {});
  }
};

/** taken(outbox, code): it need not be sent again; with a code it was refused for good. */
Outbox.prototype.post = function (way, body, taken) {
  var outbox = this;
  var request = new XMLHttpRequest();
  var address = this.path + way;
  this.busy = true;
  if (body && body.blob) {
    address += "?key=" + encodeURIComponent(body.key);
  }
  request.open(body ? "POST" : "GET", address, true);
  request.timeout = body && body.blob ? PICTURE_MS_MAX : ANSWER_MS_MAX;
  request.onreadystatechange = function () {
    if (request.readyState === 4) {
      outbox.busy = false;
      outbox.answered(request, taken);
    }
  };
  if (body && body.blob) {
    request.setRequestHeader("Content-Type", body.blob.type || "image/jpeg");
    request.send(body.blob);
  } else {
    request.setRequestHeader("Content-Type", "application/json");
    request.send(body ? JSON.stringify(body) : null);
  }
};

Outbox.prototype.answered = function (request, taken) {
  var answer = {};
  try {
    answer = JSON.parse(request.responseText) || {};
  } catch (_error) {
    // Something between us and the centre has answered, or nobody has.
  }
  var status = request.status;
  var code = answer.code || "";
  if (status >= 200 && status < 300 && answer.ok) {
    this.failures = 0;
    taken(this);
    this.remember();
    this.heard(answer);
    this.plan(this.waiting() ? (this.points.length ? SEND_EVERY_MS : 0) : ASK_EVERY_MS);
  } else if (code === "share_unknown" || code === "share_over" || code === "share_phones_full") {
    this.ended = true;
    this.clear();
    this.failed(code);
  } else if (status === 429 && code !== "share_too_much") {
    this.failed("busy");
    this.plan(BUSY_MS);
  } else if (code && status >= 400 && status < 500) {
    taken(this, code);
    this.remember();
    this.plan(SEND_EVERY_MS);
  } else if (code === "picture_no_room") {
    taken(this, code);
    this.plan(SEND_EVERY_MS);
  } else {
    this.failed("offline");
    this.plan(RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)]);
    this.failures += 1;
  }
};
