/** Beats once a second, also in a tab that nobody looks at: timers of hidden pages are slowed down, those of workers are not. */
setInterval(() => postMessage(0), 1000)
