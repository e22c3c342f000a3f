/*
 * Where the telephone is: followed while it moves, asked for now and then while it lies still, so that the battery
 * lasts. Nothing is read before somebody has pressed the button.
 */
var STILL_AFTER_MS = 120000;
var STILL_EVERY_MS = 30000;
var MOVED_M_MIN = 25;
var POINT_EVERY_MS = 15000;
var POINT_M_MIN = 10;
var FIX_MS_MAX = 30000;
var METRES_PER_DEGREE = 111195;

function apartM(a, b) {
  var east = (a.lng - b.lng) * Math.cos((a.lat * Math.PI) / 180);
  return METRES_PER_DEGREE * Math.sqrt((a.lat - b.lat) * (a.lat - b.lat) + east * east);
}

/** found(point): where it is now. refused(): the telephone does not say. */
function Watch(found, refused) {
  this.found = found;
  this.refused = refused;
  this.last = null;
  this.resting = null;
  this.handle = null;
  this.timer = null;
  this.lock = null;
  this.on = false;
}

Watch.prototype.start = function () {
  var watch = this;
  if (!navigator.geolocation) {
    this.refused();
    return;
  }
  this.on = true;
  this.follow();
  this.stayAwake();
  document.addEventListener("visibilitychange", function () {
    if (watch.on && !document.hidden) {
      watch.stayAwake();
      watch.once();
    }
  });
};

Watch.prototype.stop = function () {
  this.on = false;
  this.leave();
  clearInterval(this.timer);
  this.timer = null;
  if (this.lock) {
    this.lock.release();
    this.lock = null;
  }
};

Watch.prototype.options = function () {
  return { enableHighAccuracy: true, maximumAge: 5000, timeout: FIX_MS_MAX };
};

Watch.prototype.follow = function () {
  var watch = this;
  this.still = null;
  this.handle = navigator.geolocation.watchPosition(
    function (fix) {
      watch.measured(fix);
    },
    function (error) {
      watch.failed(error);
    },
    this.options()
  );
};

Watch.prototype.leave = function () {
  if (this.handle !== null) {
    navigator.geolocation.clearWatch(this.handle);
    this.handle = null;
  }
};

Watch.prototype.once = function () {
  var watch = this;
  navigator.geolocation.getCurrentPosition(
    function (fix) {
      watch.measured(fix);
    },
    function () {},
    this.options()
  );
};

Watch.prototype.failed = function (error) {
  // 1: somebody has said no. 2 and 3: no satellite yet; it is tried again.
  if (error.code === 1) {
    this.stop();
    this.refused();
  }
};

Watch.prototype.measured = function (fix) {
  var now = Date.now();
  var coords = fix.coords;
  var point = { lat: coords.latitude, lng: coords.longitude, accuracy: coords.accuracy, taken: now };
  if (!this.on) {
    return;
  }
  this.rest(point, now);
  var last = this.last;
  if (
    !last ||
    now - last.taken >= POINT_EVERY_MS ||
    now < last.taken ||
    apartM(last, point) >= POINT_M_MIN ||
    point.accuracy < last.accuracy * 0.75
  ) {
    this.last = point;
    this.found(point);
  }
};

/** Two minutes on one spot: the satellites are let go, and asked for every half minute until it moves again. */
Watch.prototype.rest = function (point, now) {
  var watch = this;
  var moved = !this.still || apartM(this.still, point) >= Math.max(MOVED_M_MIN, point.accuracy || 0);
  if (moved) {
    this.still = point;
    if (this.timer) {
      clearInterval(this.timer);
      this.timer = null;
      this.follow();
      this.still = point;
    }
  } else if (!this.timer && now - this.still.taken >= STILL_AFTER_MS) {
    this.leave();
    this.timer = setInterval(function () {
      watch.once();
    }, STILL_EVERY_MS);
  }
};

/** A screen that goes dark stops the measuring; where the telephone knows how, it stays lit. */
Watch.prototype.stayAwake = function () {
  var watch = this;
  if (navigator.wakeLock && navigator.wakeLock.request) {
    navigator.wakeLock.request("screen").then(
      function (lock) {
        watch.lock = lock;
      },
      function () {}
    );
  }
};
