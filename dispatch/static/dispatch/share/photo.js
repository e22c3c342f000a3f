/* A photo made small before it is sent, where the telephone can; else it goes as it is, and the centre makes it small. */
var PHOTO_SIDE_MAX = 1280;
var PHOTO_QUALITY = 0.8;

/** done(blob) with a small JPEG, or with the file itself. */
function makeSmall(file, done) {
  var address, image;
  if (!window.URL || !window.URL.createObjectURL || !window.Blob) {
    done(file);
    return;
  }
  address = window.URL.createObjectURL(file);
  image = new Image();
  image.onload = function () {
    var small = null;
    try {
      small = drawnSmall(image);
    } catch (_error) {
      // Too large for the memory of an old telephone.
    }
    window.URL.revokeObjectURL(address);
    done(small && small.size < file.size ? small : file);
  };
  image.onerror = function () {
    window.URL.revokeObjectURL(address);
    done(file);
  };
  image.src = address;
}

function drawnSmall(image) {
  var share = Math.min(1, PHOTO_SIDE_MAX / Math.max(image.naturalWidth, image.naturalHeight));
  var canvas = document.createElement("canvas");
  canvas.width = Math.round(image.naturalWidth * share);
  canvas.height = Math.round(image.naturalHeight * share);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  var written = canvas.toDataURL("image/jpeg", PHOTO_QUALITY).split(",");
  if (written[0].indexOf("image/jpeg") < 0) {
    return null;
  }
  var letters = window.atob(written[1]);
  var bytes = new Uint8Array(letters.length);
  for (var at = 0; at < letters.length; at += 1) {
    bytes[at] = letters.charCodeAt(at);
  }
  return new Blob([bytes], { type: "image/jpeg" });
}
