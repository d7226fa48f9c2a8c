/** Names that other languages have, and what to write here: a wrong word usually comes from one of them. */

const values: Readonly<Record<string, string>> = {
  null: "Write none.",
  nil: "Write none.",
  undefined: "Write none, or ask isset($name).",
  yes: "Write true.",
  no: "Write false.",
  do: "Write forever { … if (…) break; }, or while (…) { … }.",
  let: "Leave it away: $name = value;",
  local: "Leave it away: $name = value;",
  my: "Leave it away: $name = value;",
  var: "Leave it away: $name = value;",
  def: "Write function name($argument) { … }.",
  fn: "Write function ($x) { return …; }.",
  func: "Write function name($argument) { … }.",
  exit: "return; ends the script; an action ends it too.",
  die: "return; ends the script; an action ends it too.",
  end: "A block ends with }.",
  endif: "A block ends with }.",
  endforeach: "A block ends with }.",
  endwhile: "A block ends with }.",
};

const calls: Readonly<Record<string, string>> = {
  exit: "return; ends the script; an action ends it too.",
  die: "return; ends the script; an action ends it too.",
  elsif: "Write else if (…).",
  unless: "Write if (not …).",
  empty: "Write not $x: an empty text, an empty array, 0 and none are false.",
  is_none: "Write $x === none, or not isset($x).",
  typeof: "Ask is_string($x), is_number($x), is_array($x) and their like.",
  gettype: "Ask is_string($x), is_number($x), is_array($x) and their like.",
  is_null: "Write $x === none, or not isset($x).",
  is_int: "Write is_number($x).",
  is_numeric: "Write is_number(…); number(…) makes one from a text.",
  is_bool: "Write is_boolean($x).",
  intval: "Write number(…), and floor(…) to cut it.",
  strval: "Write string(…).",
  sizeof: "Write count(…).",
  len: "Write length(…).",
  sprintf: 'Write "%s is %.2f" % ["x", 1.5].',
  printf: 'Write echo "%s is %.2f" % ["x", 1.5];',
  concat: 'Write "a" . "b".',
  println: "Write echo …;",
  str_contains: 'Write strpos($text, "part") >= 0.',
  str_starts_with: 'Write $text[:4] == "part", or $text =~ "^part".',
  str_ends_with: 'Write $text[-4:] == "part", or $text =~ "part$".',
  substr_count: "Write count(explode(part, text)) - 1.",
  ucfirst: "Write strtoupper($text[:1]) . $text[1:].",
  array_push: "Write $list[] = value;",
  array_pop: "Write $last = $list[-1:][0]; and $list = $list[:-1];",
  array_shift: "Write $first = $list[0]; and $list = $list[1:];",
  array_unshift: "Write $list = [value] + $list;",
  array_merge: "Write $a + $b, or [...$a, ...$b].",
  array_slice: "Write $list[first:last].",
  array_key_exists: 'Write isset($list["key"]).',
  sort: "Write array_sort(function ($a, $b) { return $a > $b; }, $list).",
  usort: "Write array_sort(function ($a, $b) { return $a > $b; }, $list).",
  ksort: 'Write array_sort(function ($a, $b) { return $a > $b; }, $list, ["keys" => true]).',
  split: "Write explode(delimiter, text).",
  join: "Write implode(glue, list).",
  date: 'Write strftime("%Y-%m-%d").',
  microtime: "Write time().",
  fopen: 'Write file_get_contents("file://name").',
  eval: "Write the code itself, or include a file.",
  get_defined_functions: "Write the code itself, or include a file.",
};

/** What to write instead of a word of another language; nothing for any other word. */
export const foreignCure = (name: string, isCalled: boolean): string | undefined => {
  const table = isCalled ? calls : values;
  if (Object.hasOwn(table, name)) return table[name];
  const lower = name.toLowerCase();
  if (name !== lower && !isCalled && (own.has(lower) || Object.hasOwn(values, lower))) {
    return values[lower] ?? `Write ${lower}: large and small letters differ.`;
  }
  return undefined;
};

const own: ReadonlySet<string> = new Set(
  "and break continue echo else false foreach if isset none not or return true".split(" "),
);
