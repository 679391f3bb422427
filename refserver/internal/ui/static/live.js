"use strict";
// Times in the reader's own zone; the exact moment stays in the title.
for (const t of document.querySelectorAll("time[datetime]")) {
	const at = new Date(t.dateTime);
	if (!isNaN(at)) t.textContent = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
// Long work: what the server tells is written into the page, and its end brings the receipt.
for (const part of document.querySelectorAll("[data-live]")) {
	const source = new EventSource(part.dataset.live);
	const bar = part.querySelector("progress");
	const put = (name, text) => { const e = part.querySelector("[data-" + name + "]"); if (e) e.textContent = text; };
	source.addEventListener("progress", (e) => {
		const p = JSON.parse(e.data);
		put("done", p.done);
		put("of", p.of);
		put("now", p.now);
		if (p.of > 0) { bar.max = p.of; bar.value = p.done; }
	});
	source.addEventListener("end", () => { source.close(); location.reload(); });
	// A browser opens a stream again that breaks off, but not one that is answered with an error. Then the page is read anew, once it can be had.
	const anew = () => setTimeout(() => fetch(location.href, { method: "HEAD" }).then((r) => { if (r.status < 500 && r.status !== 429) location.reload(); else anew(); }, anew), 3000);
	source.addEventListener("error", () => { if (source.readyState === EventSource.CLOSED) anew(); });
}
// What stands in the way is read first.
const problems = document.querySelector(".problems");
if (problems) problems.focus();
