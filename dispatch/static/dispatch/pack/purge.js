/** On the page for signing in: who is signed out leaves no callers' numbers behind in this browser. */
if ("caches" in globalThis) caches.delete("siaga-pack");
