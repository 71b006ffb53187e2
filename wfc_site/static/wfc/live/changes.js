// The moments at which the page has changed, whoever changed it: a fragment, an answer, or its first appearance.

const followers = [];

export function onChange(follower) {
  followers.push(follower);
}

export function changed() {
  for (const follower of followers) follower();
}

document.addEventListener("htmx:wsAfterMessage", changed);
document.addEventListener("htmx:afterSettle", changed);
document.addEventListener("DOMContentLoaded", changed);
