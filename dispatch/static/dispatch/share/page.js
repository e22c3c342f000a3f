/* What the page shows: one screen at a time, each a class of the body, in the language that was chosen. */
var facts = JSON.parse(document.getElementById("facts").textContent);
var words = facts.words[facts.language];
var shown = { accuracy: null, at: null, help: facts.help || null, photo: "", place: "" };
var outbox = null;
var watch = null;
// Screens after which nothing is sent any more.
var LAST_SCREENS = { share_over: "over", share_unknown: "unknown", share_phones_full: "full" };

function by(id) {
  return document.getElementById(id);
}

function say(id, text) {
  var element = by(id);
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

function screen(name) {
  facts.screen = name;
  document.body.className = name;
  draw();
}

function fill(text, name, value) {
  return text.replace("%(" + name + ")s", value);
}

function twoDigits(number) {
  return (number < 10 ? "0" : "") + number;
}

function clockText(at) {
  return twoDigits(at.getHours()) + "." + twoDigits(at.getMinutes()) + "." + twoDigits(at.getSeconds());
}

function draw() {
  var elements = document.querySelectorAll("[data-w]");
  var help = shown.help;
  for (var at = 0; at < elements.length; at += 1) {
    elements[at].textContent = words[elements[at].getAttribute("data-w")];
  }
  document.documentElement.lang = facts.language;
  document.title = words.title;
  by("place").placeholder = words.place_example;
  by("language").textContent = facts.language === "id" ? "English" : "Indonesia";
  by("language").lang = facts.language === "id" ? "en" : "id";
  var metres =
    shown.accuracy === null ? "" : fill(words.within, "metres", String(Math.round(shown.accuracy)));
  say("within", metres);
  say("received", shown.at ? fill(words.sent_more, "time", clockText(shown.at)) : "");
  say("photo-state", shown.photo ? words[shown.photo] || shown.photo : "");
  say("place-state", shown.place ? words[shown.place] || shown.place : "");
  by("help").style.display = help && !LAST_SCREENS["share_" + facts.screen] ? "" : "none";
  if (help) {
    say("help-state", words[help.state]);
    say("help-eta", help.eta_min ? fill(words.eta, "minutes", String(help.eta_min)) : "");
    by("help").className = "help " + help.state;
  }
}

function heard(answer) {
  shown.help = answer.help || shown.help;
  if (watch && watch.on && answer.taken && shown.accuracy !== null) {
    shown.at = new Date();
    screen("sent");
  } else if (facts.screen === "wait" || facts.screen === "busy") {
    screen(watch && watch.on ? (shown.at ? "sent" : "find") : "ask");
  } else {
    draw();
  }
}

function failed(kind) {
  if (LAST_SCREENS[kind]) {
    if (watch) {
      watch.stop();
    }
    screen(LAST_SCREENS[kind]);
  } else if (kind === "busy") {
    screen("busy");
  } else {
    if (shown.photo === "photo_sending") {
      shown.photo = "photo_waiting";
    }
    if (outbox.waiting() && facts.screen !== "stopped") {
      screen("wait");
    }
  }
}

function start() {
  watch.stop();
  screen("find");
  watch.start();
}

function stop() {
  watch.stop();
  outbox.clear();
  shown.accuracy = shown.at = null;
  outbox.addOther("stop", {});
  screen("stopped");
}

function sendWords(event) {
  var text = by("place").value.replace(/^\s+|\s+$/g, "");
  event.preventDefault();
  if (!text) {
    return;
  }
  shown.place = "sending";
  outbox.addOther("words", { key: randomKey(), text: text }, function (code) {
    shown.place = code ? "busy" : "place_sent";
    if (!code && by("place").value.indexOf(text) >= 0) {
      by("place").value = "";
    }
    draw();
  });
  draw();
}

function sendPhoto() {
  var file = by("photo").files[0];
  if (!file) {
    return;
  }
  shown.photo = "photo_sending";
  draw();
  makeSmall(file, function (blob) {
    outbox.addOther("picture", { key: randomKey(), blob: blob }, function (code) {
      shown.photo = code ? "photo_refused" : "photo_sent";
      draw();
    });
  });
  by("photo").value = "";
}

by("language").onclick = function () {
  facts.language = facts.language === "id" ? "en" : "id";
  words = facts.words[facts.language];
  draw();
};

if (facts.path && facts.screen !== "over" && facts.screen !== "unknown") {
  outbox = new Outbox(facts.path, heard, failed);
  watch = new Watch(
    function (point) {
      shown.accuracy = point.accuracy;
      outbox.add(point);
      draw();
    },
    function () {
      screen("deny");
    }
  );
  by("go").onclick = by("again").onclick = by("resume").onclick = start;
  by("stop").onclick = stop;
  by("words").onsubmit = sendWords;
  by("photo").onchange = sendPhoto;
  window.addEventListener("online", function () {
    outbox.plan(0);
  });
  outbox.plan(outbox.waiting() ? 0 : ASK_EVERY_MS);
}
draw();
