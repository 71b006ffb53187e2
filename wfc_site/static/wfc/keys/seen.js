// What a person sees and could click.

export const isSeen = (element) => element.checkVisibility() && !element.matches(":disabled");
