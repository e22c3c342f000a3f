/* What the telephone remembers between two openings of the page, and names that nobody else gives. */
function randomKey() {
  var words = [Date.now() % 4294967296, Math.floor(Math.random() * 4294967296), 0, 0];
  var numbers;
  try {
    numbers = new Uint32Array(3);
    (window.crypto || window.msCrypto).getRandomValues(numbers);
    words = [numbers[0], numbers[1], numbers[2], words[0]];
  } catch (_error) {
    // An old telephone without it: the time and chance tell two telephones apart well enough.
  }
  return words
    .map(function (word) {
      return word.toString(36);
    })
    .join("");
}

/** The telephone's memory; a private window may have none, and then the page remembers for as long as it is open. */
function Memory(name) {
  this.name = name;
}

Memory.prototype.read = function () {
  try {
    return JSON.parse(window.localStorage.getItem(this.name)) || {};
  } catch (_error) {
    return {};
  }
};

Memory.prototype.write = function (what) {
  try {
    window.localStorage.setItem(this.name, JSON.stringify(what));
  } catch (_error) {
    // Full or forbidden: kept in the page alone.
  }
};
