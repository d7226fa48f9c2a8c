/**
 * Characters that no name, address or parameter of the dialogue may have: controls,
 * line separators, and invisible or direction-changing ones that forge what people read.
 * (U+200C and U+200D stay: names of some scripts need them.)
 */
const unsafe = /[\p{Cc}\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufffd]/u;

export const hasUnsafeText = (text: string): boolean => unsafe.test(text);
