/**
 * What the functions of the core library promise, apart from their bodies, so that an
 * editor need not load those. Written by scripts/write-signatures.ts from the library.
 */
import type { FunctionSignature } from "../signature.ts";
import { signaturesOf } from "./signatures-of.ts";

const table: readonly FunctionSignature[] = [
  {
    name: "count",
    role: "function",
    summary: "Counts the items of an array.",
    parameters: [
      {
        name: "array",
        kinds: ["any"],
        help: "The array; everything else has no items.",
      },
    ],
    returns: {
      kinds: ["number"],
      help: "The number of items, 0 for a value that is no array.",
    },
    since: "classic",
    example: {
      script: 'echo count(["a", "b"]); echo count("text");',
      log: ["2", "0"],
    },
  },
  {
    name: "length",
    role: "function",
    summary: "Tells how long a value is: the items of an array or the bytes of a string.",
    parameters: [
      {
        name: "value",
        kinds: ["any"],
        help: "An array or a string.",
      },
    ],
    returns: {
      kinds: ["number", "none"],
      help: "The length, none for a value that has none.",
    },
    since: "modern",
    example: {
      script: 'echo length([1, 2, 3]); echo length("né");',
      log: ["3", "3"],
    },
  },
  {
    name: "number",
    role: "function",
    summary: "Turns a value into a number.",
    parameters: [
      {
        name: "value",
        kinds: ["any"],
        help: "A text with a decimal or a 0x… number, a boolean, a number.",
      },
    ],
    returns: {
      kinds: ["number"],
      help: "The number, 0 for everything that is none.",
    },
    since: "classic",
    example: {
      script: 'echo number("12.5") + 1; echo number("x");',
      log: ["13.5", "0"],
    },
  },
  {
    name: "string",
    role: "function",
    summary: "Turns a value into the text that echo prints.",
    parameters: [
      {
        name: "value",
        kinds: ["any"],
        help: "Any value.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The text; true is 1, false is 0, none is empty.",
    },
    since: "classic",
    example: {
      script: "echo string(1.50) . string(true);",
      log: ["1.51"],
    },
  },
  {
    name: "boolean",
    role: "function",
    summary: "Tells whether `if` would take a value for true.",
    parameters: [
      {
        name: "value",
        kinds: ["any"],
        help: "Any value.",
      },
    ],
    returns: {
      kinds: ["boolean"],
      help: 'False for 0, "", none and an empty array; true for the rest.',
    },
    since: "modern",
    example: {
      script: 'echo boolean("0"); echo boolean([]);',
      log: ["1", "0"],
    },
  },
  {
    name: "is_array",
    role: "function",
    summary: "Tells whether a value is an array.",
    parameters: [
      {
        name: "value",
        kinds: ["any"],
        help: "The value to look at.",
      },
    ],
    returns: {
      kinds: ["boolean"],
      help: "True for an array.",
    },
    since: "classic",
    example: {
      script: "echo is_array([1]); echo is_array(none);",
      log: ["1", "0"],
    },
  },
  {
    name: "is_number",
    role: "function",
    summary: "Tells whether a value is a number.",
    parameters: [
      {
        name: "value",
        kinds: ["any"],
        help: "The value to look at.",
      },
    ],
    returns: {
      kinds: ["boolean"],
      help: "True for a number.",
    },
    since: "classic",
    example: {
      script: "echo is_number(1); echo is_number(none);",
      log: ["1", "0"],
    },
  },
  {
    name: "is_string",
    role: "function",
    summary: "Tells whether a value is a string.",
    parameters: [
      {
        name: "value",
        kinds: ["any"],
        help: "The value to look at.",
      },
    ],
    returns: {
      kinds: ["boolean"],
      help: "True for a string.",
    },
    since: "classic",
    example: {
      script: 'echo is_string("text"); echo is_string(none);',
      log: ["1", "0"],
    },
  },
  {
    name: "is_boolean",
    role: "function",
    summary: "Tells whether a value is a boolean.",
    parameters: [
      {
        name: "value",
        kinds: ["any"],
        help: "The value to look at.",
      },
    ],
    returns: {
      kinds: ["boolean"],
      help: "True for a boolean.",
    },
    since: "modern",
    example: {
      script: "echo is_boolean(true); echo is_boolean(none);",
      log: ["1", "0"],
    },
  },
  {
    name: "is_function",
    role: "function",
    summary: "Tells whether a value is a function.",
    parameters: [
      {
        name: "value",
        kinds: ["any"],
        help: "The value to look at.",
      },
    ],
    returns: {
      kinds: ["boolean"],
      help: "True for a function.",
    },
    since: "modern",
    example: {
      script: "echo is_function(function () {}); echo is_function(none);",
      log: ["1", "0"],
    },
  },
  {
    name: "is_object",
    role: "function",
    summary: "Tells whether a value is an object.",
    parameters: [
      {
        name: "value",
        kinds: ["any"],
        help: "The value to look at.",
      },
    ],
    returns: {
      kinds: ["boolean"],
      help: "True for an object.",
    },
    since: "modern",
    example: {
      script: "class Thing { constructor() {} } echo is_object(Thing()); echo is_object(none);",
      log: ["1", "0"],
    },
  },
  {
    name: "array_keys",
    role: "function",
    summary: "Lists the keys of an array.",
    parameters: [
      {
        name: "array",
        kinds: ["array"],
        help: "The array.",
      },
    ],
    returns: {
      kinds: ["array"],
      help: "The keys in order.",
    },
    since: "classic",
    example: {
      script: 'echo array_keys(["a" => 1, 5 => 2]);',
      log: ['[0=>"a",1=>5]'],
    },
  },
  {
    name: "array_values",
    role: "function",
    summary: "Lists the values of an array, numbered anew.",
    parameters: [
      {
        name: "array",
        kinds: ["array"],
        help: "The array.",
      },
    ],
    returns: {
      kinds: ["array"],
      help: "The values in order, with the keys 0, 1, 2 and so on.",
    },
    since: "sluice",
    example: {
      script: 'echo array_values(["a" => 1, 5 => 2]);',
      log: ["[0=>1,1=>2]"],
    },
  },
  {
    name: "array_reverse",
    role: "function",
    summary: "Turns an array around.",
    parameters: [
      {
        name: "array",
        kinds: ["array"],
        help: "The array.",
      },
    ],
    returns: {
      kinds: ["array"],
      help: "The values from last to first, numbered anew.",
    },
    since: "classic",
    example: {
      script: "echo array_reverse([1, 2, 3]);",
      log: ["[0=>3,1=>2,2=>1]"],
    },
  },
  {
    name: "implode",
    role: "function",
    summary: "Joins the values of an array to one string.",
    parameters: [
      {
        name: "glue",
        kinds: ["string"],
        help: "What goes between two values.",
      },
      {
        name: "array",
        kinds: ["array"],
        help: "The values; each is turned into text.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The joined text.",
    },
    since: "classic",
    example: {
      script: 'echo implode(", ", [1, "b", 3]);',
      log: ["1, b, 3"],
    },
  },
  {
    name: "array_join",
    role: "function",
    summary: "Joins the values of an array to one string.",
    parameters: [
      {
        name: "array",
        kinds: ["array"],
        help: "The values; each is turned into text.",
      },
      {
        name: "separator",
        kinds: ["string"],
        help: "What goes between two values; nothing when left out.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The joined text.",
    },
    since: "modern",
    example: {
      script: 'echo array_join(["a", "b"], "-");',
      log: ["a-b"],
    },
  },
  {
    name: "in_array",
    role: "function",
    summary: "Tells whether a value is in an array, comparing as == does.",
    parameters: [
      {
        name: "value",
        kinds: ["any"],
        help: "The value to look for.",
      },
      {
        name: "array",
        kinds: ["array"],
        help: "Where to look.",
      },
    ],
    returns: {
      kinds: ["boolean"],
      help: 'True when an item equals the value: 1 and "1" are equal here.',
    },
    since: "classic",
    example: {
      script: 'echo in_array("1", [1, 2]); echo in_array("x", [1, 2]);',
      log: ["1", "0"],
    },
  },
  {
    name: "array_unique",
    role: "function",
    summary: "Removes values that came before, comparing as === does.",
    parameters: [
      {
        name: "array",
        kinds: ["array"],
        help: "The array.",
      },
    ],
    returns: {
      kinds: ["array"],
      help: "The first of each value, under its key.",
    },
    since: "modern",
    example: {
      script: 'echo array_unique([1, 2, 1, "1"]);',
      log: ['[0=>1,1=>2,3=>"1"]'],
    },
  },
  {
    name: "array_combine",
    role: "function",
    summary: "Makes an array from a list of keys and a list of values.",
    parameters: [
      {
        name: "keys",
        kinds: ["array"],
        help: "The keys.",
      },
      {
        name: "values",
        kinds: ["array"],
        help: "As many values.",
      },
    ],
    returns: {
      kinds: ["array"],
      help: "The values under the keys; of equal keys the last one counts.",
    },
    errors: "Both arrays must have the same number of items.",
    since: "modern",
    example: {
      script: 'echo array_combine(["a", "b"], [1, 2]);',
      log: ['["a"=>1,"b"=>2]'],
    },
  },
  {
    name: "range",
    role: "function",
    summary: "Counts from one number to another, both included.",
    parameters: [
      {
        name: "start",
        kinds: ["number"],
        help: "The first number.",
      },
      {
        name: "stop",
        kinds: ["number"],
        help: "The last number; a smaller one counts down.",
      },
      {
        name: "step",
        kinds: ["number"],
        help: "How far apart the numbers are; 1 when left out.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["array"],
      help: "The numbers.",
    },
    errors: "The step must not be 0.",
    since: "classic",
    example: {
      script: "echo range(1, 4); echo range(5, 1, 2);",
      log: ["[0=>1,1=>2,2=>3,3=>4]", "[0=>5,1=>3,2=>1]"],
    },
  },
  {
    name: "array_range",
    role: "function",
    summary: "Counts from one number up to, but not including, another.",
    parameters: [
      {
        name: "start",
        kinds: ["number"],
        help: "The first number.",
      },
      {
        name: "stop",
        kinds: ["number"],
        help: "Where to stop; not in the result.",
      },
      {
        name: "step",
        kinds: ["number"],
        help: "How far apart; negative counts down. 1 when left out.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["array"],
      help: "The numbers; none when the step leads away from the stop.",
    },
    errors: "The step must not be 0.",
    since: "modern",
    example: {
      script: "echo array_range(0, 3); echo array_range(3, 0, -1);",
      log: ["[0=>0,1=>1,2=>2]", "[0=>3,1=>2,2=>1]"],
    },
  },
  {
    name: "array_shuffle",
    role: "function",
    summary: "Puts the values of an array in a random order.",
    parameters: [
      {
        name: "array",
        kinds: ["array"],
        help: "The array.",
      },
    ],
    returns: {
      kinds: ["array"],
      help: "The values, numbered anew.",
    },
    since: "modern",
    example: {
      script: "echo count(array_shuffle([1, 2, 3]));",
      log: ["3"],
    },
  },
  {
    name: "array_random",
    role: "function",
    summary: "Picks one value of an array.",
    parameters: [
      {
        name: "array",
        kinds: ["array"],
        help: "The array.",
      },
    ],
    returns: {
      kinds: ["any"],
      help: "A value, none for an empty array.",
    },
    since: "modern",
    example: {
      script: 'echo array_random(["only"]);',
      log: ["only"],
    },
  },
  {
    name: "array_filter",
    role: "function",
    summary: "Keeps the values a function says yes to.",
    parameters: [
      {
        name: "callback",
        kinds: ["function"],
        help: "Gets a value; says whether to keep it.",
      },
      {
        name: "array",
        kinds: ["array"],
        help: "The array.",
      },
    ],
    returns: {
      kinds: ["array"],
      help: "The values kept, under their keys.",
    },
    since: "modern",
    example: {
      script: "echo array_filter(function ($x) { return $x > 1; }, [1, 2, 3]);",
      log: ["[1=>2,2=>3]"],
    },
  },
  {
    name: "array_map",
    role: "function",
    summary: "Puts what a function makes of each value in its place.",
    parameters: [
      {
        name: "callback",
        kinds: ["function"],
        help: "Gets a value; returns the new one.",
      },
      {
        name: "array",
        kinds: ["array"],
        help: "The array.",
      },
    ],
    returns: {
      kinds: ["array"],
      help: "The new values, under the same keys.",
    },
    since: "modern",
    example: {
      script: 'echo array_map(function ($x) { return $x * 2; }, ["a" => 1, "b" => 2]);',
      log: ['["a"=>2,"b"=>4]'],
    },
  },
  {
    name: "array_reduce",
    role: "function",
    summary: "Folds an array to one value.",
    parameters: [
      {
        name: "callback",
        kinds: ["function"],
        help: "Gets the result so far and a value; returns the new result.",
      },
      {
        name: "array",
        kinds: ["array"],
        help: "The array.",
      },
      {
        name: "initial",
        kinds: ["any"],
        help: "The result to begin with; the first value when left out.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["any"],
      help: "The last result.",
    },
    errors: "An empty array without an initial value is an error.",
    since: "modern",
    example: {
      script: "echo array_reduce(function ($sum, $x) { return $sum + $x; }, [1, 2, 3], 10);",
      log: ["16"],
    },
  },
  {
    name: "array_every",
    role: "function",
    summary: "Tells whether a function says yes to every value.",
    parameters: [
      {
        name: "callback",
        kinds: ["function"],
        help: "Gets a value; says yes or no.",
      },
      {
        name: "array",
        kinds: ["array"],
        help: "The array.",
      },
    ],
    returns: {
      kinds: ["boolean"],
      help: "True when no value fails; so for an empty array too.",
    },
    since: "modern",
    example: {
      script: "echo array_every(function ($x) { return $x > 1; }, [1, 2]);",
      log: ["0"],
    },
  },
  {
    name: "array_some",
    role: "function",
    summary: "Tells whether a function says yes to at least one value.",
    parameters: [
      {
        name: "callback",
        kinds: ["function"],
        help: "Gets a value; says yes or no.",
      },
      {
        name: "array",
        kinds: ["array"],
        help: "The array.",
      },
    ],
    returns: {
      kinds: ["boolean"],
      help: "True when a value passes.",
    },
    since: "modern",
    example: {
      script: "echo array_some(function ($x) { return $x > 1; }, [1, 2]);",
      log: ["1"],
    },
  },
  {
    name: "array_find",
    role: "function",
    summary: "Finds the first value a function says yes to.",
    parameters: [
      {
        name: "callback",
        kinds: ["function"],
        help: "Gets a value; says whether it is the one.",
      },
      {
        name: "array",
        kinds: ["array"],
        help: "The array.",
      },
    ],
    returns: {
      kinds: ["any"],
      help: "The value, none when there is none.",
    },
    since: "modern",
    example: {
      script: "echo array_find(function ($x) { return $x > 1; }, [1, 2, 3]);",
      log: ["2"],
    },
  },
  {
    name: "array_includes",
    role: "function",
    summary: "Tells whether a value is in an array, comparing as === does.",
    parameters: [
      {
        name: "needle",
        kinds: ["any"],
        help: "The value, or a function that says yes to it.",
      },
      {
        name: "array",
        kinds: ["array"],
        help: "Where to look.",
      },
    ],
    returns: {
      kinds: ["boolean"],
      help: 'True when it is there: 1 and "1" are different here.',
    },
    since: "modern",
    example: {
      script: 'echo array_includes("1", [1, 2]); echo array_includes(1, [1, 2]);',
      log: ["0", "1"],
    },
  },
  {
    name: "array_sort",
    role: "function",
    summary: "Sorts an array by a function that compares two values.",
    parameters: [
      {
        name: "callback",
        kinds: ["function"],
        help: "Gets two values; returns a number above 0, or true, when the first goes last.",
      },
      {
        name: "array",
        kinds: ["array"],
        help: "The array.",
      },
      {
        name: "options",
        kinds: ["array"],
        help: "`keys` (false): compare the keys and keep them; otherwise the values are numbered anew.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["array"],
      help: "The values in order; equal ones keep theirs.",
    },
    since: "modern",
    example: {
      script: "echo array_sort(function ($a, $b) { return $a > $b; }, [3, 1, 2]);",
      log: ["[0=>1,1=>2,2=>3]"],
    },
  },
  {
    name: "strlen",
    role: "function",
    summary: "Counts the bytes of a string.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The string.",
      },
    ],
    returns: {
      kinds: ["number"],
      help: "The number of bytes; a letter with an accent has two or more.",
    },
    since: "classic",
    example: {
      script: 'echo strlen("Hello"); echo strlen("né");',
      log: ["5", "3"],
    },
  },
  {
    name: "str_lower",
    role: "function",
    summary: "Makes the letters A–Z small.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The string.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The string in small letters; other bytes stay.",
    },
    aliases: ["strtolower"],
    since: "classic",
    example: {
      script: 'echo strtolower("Bob@EXAMPLE.com");',
      log: ["bob@example.com"],
    },
  },
  {
    name: "str_upper",
    role: "function",
    summary: "Makes the letters a–z capital.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The string.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The string in capital letters; other bytes stay.",
    },
    aliases: ["strtoupper"],
    since: "classic",
    example: {
      script: 'echo str_upper("helo");',
      log: ["HELO"],
    },
  },
  {
    name: "str_slice",
    role: "function",
    summary: "Takes a part of a string.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The string.",
      },
      {
        name: "start",
        kinds: ["number"],
        help: "The first byte, from 0; a negative number counts from the end.",
      },
      {
        name: "length",
        kinds: ["number"],
        help: "How many bytes; a negative number leaves so many out at the end.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The part; what lies outside the string is not there.",
    },
    aliases: ["substr"],
    since: "classic",
    example: {
      script: 'echo substr("Hello", 1, 3); echo str_slice("Hello", -2);',
      log: ["ell", "lo"],
    },
  },
  {
    name: "str_strip",
    role: "function",
    summary: "Removes blanks from both ends of a string.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The string.",
      },
      {
        name: "chars",
        kinds: ["string"],
        help: "The bytes to remove; space, tab, CR and LF when left out.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The string without them.",
    },
    aliases: ["trim"],
    since: "classic",
    example: {
      script: 'echo "[" . str_strip(" \\tab c\\r\\n ") . "]"; echo str_strip("xxaxx", "x");',
      log: ["[ab c]", "a"],
    },
  },
  {
    name: "str_lstrip",
    role: "function",
    summary: "Removes blanks from the beginning of a string.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The string.",
      },
      {
        name: "chars",
        kinds: ["string"],
        help: "The bytes to remove; space, tab, CR and LF when left out.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The string without them.",
    },
    aliases: ["ltrim"],
    since: "modern",
    example: {
      script: 'echo "[" . str_lstrip(" \\tab c\\r\\n ") . "]"; echo str_lstrip("xxaxx", "x");',
      log: ["[ab c\r\n ]", "axx"],
    },
  },
  {
    name: "str_rstrip",
    role: "function",
    summary: "Removes blanks from the end of a string.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The string.",
      },
      {
        name: "chars",
        kinds: ["string"],
        help: "The bytes to remove; space, tab, CR and LF when left out.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The string without them.",
    },
    aliases: ["rtrim"],
    since: "modern",
    example: {
      script: 'echo "[" . str_rstrip(" \\tab c\\r\\n ") . "]"; echo str_rstrip("xxaxx", "x");',
      log: ["[ \tab c]", "xxa"],
    },
  },
  {
    name: "str_repeat",
    role: "function",
    summary: "Writes a string several times.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The string.",
      },
      {
        name: "count",
        kinds: ["number"],
        help: "How many times, 0 or more.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The repeated string.",
    },
    errors: "The result must not be longer than a string may be.",
    since: "classic",
    example: {
      script: 'echo str_repeat("=-", 3);',
      log: ["=-=-=-"],
    },
  },
  {
    name: "str_chunk",
    role: "function",
    summary: "Cuts a string into pieces of the same size.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The string.",
      },
      {
        name: "size",
        kinds: ["number"],
        help: "Bytes of a piece, 1 or more.",
      },
    ],
    returns: {
      kinds: ["array"],
      help: "The pieces; the last one may be shorter.",
    },
    since: "modern",
    example: {
      script: 'echo str_chunk("abcde", 2);',
      log: ['[0=>"ab",1=>"cd",2=>"e"]'],
    },
  },
  {
    name: "chr",
    role: "function",
    summary: "Makes a string of one byte.",
    parameters: [
      {
        name: "code",
        kinds: ["number"],
        help: "The byte, 0 to 255.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The byte.",
    },
    since: "classic",
    example: {
      script: "echo chr(65);",
      log: ["A"],
    },
  },
  {
    name: "ord",
    role: "function",
    summary: "Gives the number of the first byte of a string.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The string.",
      },
    ],
    returns: {
      kinds: ["number"],
      help: "The byte, 0 to 255.",
    },
    errors: "An empty string has no first byte.",
    since: "modern",
    example: {
      script: 'echo ord("A");',
      log: ["65"],
    },
  },
  {
    name: "str_find",
    role: "function",
    summary: "Finds the first place of a string in another.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The string.",
      },
      {
        name: "search",
        kinds: ["string"],
        help: "What to look for.",
      },
      {
        name: "offset",
        kinds: ["number"],
        help: "Where to begin; a negative number counts from the end.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["number"],
      help: "The position from 0, −1 when it is not there.",
    },
    aliases: ["strpos"],
    since: "classic",
    example: {
      script: 'echo strpos("Hello", "l"); echo str_find("Hello", "x");',
      log: ["2", "-1"],
    },
  },
  {
    name: "str_rfind",
    role: "function",
    summary: "Finds the last place of a string in another.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The string.",
      },
      {
        name: "search",
        kinds: ["string"],
        help: "What to look for.",
      },
      {
        name: "offset",
        kinds: ["number"],
        help: "The first position that counts.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["number"],
      help: "The position from 0, −1 when it is not there.",
    },
    aliases: ["strrpos"],
    since: "classic",
    example: {
      script: 'echo strrpos("Hello", "l");',
      log: ["3"],
    },
  },
  {
    name: "str_replace",
    role: "function",
    summary: "Replaces a string wherever it is found in another.",
    parameters: [
      {
        name: "search",
        kinds: ["string", "array"],
        help: "What to look for; of a list one after the other.",
      },
      {
        name: "replace",
        kinds: ["string", "array"],
        help: "What to put there; a list goes with the list before.",
      },
      {
        name: "subject",
        kinds: ["string"],
        help: "Where to look.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The subject after replacing.",
    },
    since: "classic",
    example: {
      script:
        'echo str_replace("a", "b", "banana"); echo str_replace(["1", "2"], ["one", "two"], "1 2");',
      log: ["bbnbnb", "one two"],
    },
  },
  {
    name: "explode",
    role: "function",
    summary: "Cuts a string at a delimiter.",
    parameters: [
      {
        name: "delimiter",
        kinds: ["string"],
        help: "Where to cut; not empty.",
      },
      {
        name: "string",
        kinds: ["string"],
        help: "The string.",
      },
      {
        name: "limit",
        kinds: ["number"],
        help: "At most so many pieces, the last one is the rest; 0 for all.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["array"],
      help: "The pieces; an empty string is one empty piece.",
    },
    since: "classic",
    example: {
      script: 'echo explode("@", "bob@example.com"); echo explode(",", "a,b,c", 2);',
      log: ['[0=>"bob",1=>"example.com"]', '[0=>"a",1=>"b,c"]'],
    },
  },
  {
    name: "str_split",
    role: "function",
    summary: "Cuts a string at a delimiter.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The string.",
      },
      {
        name: "delimiter",
        kinds: ["string"],
        help: "Where to cut; not empty.",
      },
      {
        name: "limit",
        kinds: ["number"],
        help: "At most so many pieces, the last one is the rest; 0 for all.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["array"],
      help: "The pieces; an empty string is one empty piece.",
    },
    since: "modern",
    example: {
      script: 'echo str_split("a,b,c", ",");',
      log: ['[0=>"a",1=>"b",2=>"c"]'],
    },
  },
  {
    name: "pcre_match",
    role: "function",
    summary: "Matches a text against a pattern once.",
    parameters: [
      {
        name: "pattern",
        kinds: ["string", "regex"],
        help: "`/…/flags`, or the pattern alone.",
      },
      {
        name: "subject",
        kinds: ["string"],
        help: "The text to look at, 1 MB at most.",
      },
    ],
    returns: {
      kinds: ["array"],
      help: "`[0]` is what matched, then the groups by number, named ones by name too; empty when nothing matched.",
    },
    errors: "A pattern that is wrong or not supported is an error that names the place.",
    source: "PCRE syntax without look-around and back-references",
    since: "classic",
    example: {
      script:
        'echo pcre_match("/(.+)@(.+)/", "bob@example.com"); echo count(pcre_match("x", "y"));',
      log: ['[0=>"bob@example.com",1=>"bob",2=>"example.com"]', "0"],
    },
  },
  {
    name: "pcre_match_all",
    role: "function",
    summary: "Finds every match of a pattern in a text.",
    parameters: [
      {
        name: "pattern",
        kinds: ["string", "regex"],
        help: "`/…/flags`, or the pattern alone.",
      },
      {
        name: "subject",
        kinds: ["string"],
        help: "The text to look at, 1 MB at most.",
      },
    ],
    returns: {
      kinds: ["array"],
      help: "For each group, `[0]` the whole match, a list of what it matched; empty when nothing matched.",
    },
    errors: "A pattern that is wrong or not supported is an error that names the place.",
    source: "PCRE syntax without look-around and back-references",
    since: "classic",
    example: {
      script: 'echo pcre_match_all("/([a-z])([0-9])/", "a1 b2");',
      log: ['[0=>[0=>"a1",1=>"b2"],1=>[0=>"a",1=>"b"],2=>[0=>"1",1=>"2"]]'],
    },
  },
  {
    name: "pcre_replace",
    role: "function",
    summary: "Replaces what a pattern matches.",
    parameters: [
      {
        name: "pattern",
        kinds: ["string", "regex"],
        help: "`/…/flags`, or the pattern alone.",
      },
      {
        name: "replacement",
        kinds: ["string", "function"],
        help: "`$0` is the match, `$1` … its groups; or a function that gets the array of `pcre_match`.",
      },
      {
        name: "subject",
        kinds: ["string"],
        help: "The text to look at, 1 MB at most.",
      },
      {
        name: "limit",
        kinds: ["number"],
        help: "At most so many replacements; 0 for all.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The text after replacing.",
    },
    errors: "A pattern that is wrong or not supported is an error that names the place.",
    source: "PCRE syntax without look-around and back-references",
    since: "classic",
    example: {
      script:
        'echo pcre_replace("/[0-9]([0-9]+)/", "<$1>", "ab12 c345"); echo pcre_replace("/b/", "x", "bbb", 2);',
      log: ["ab<2> c<45>", "xxb"],
    },
  },
  {
    name: "pcre_quote",
    role: "function",
    summary: "Takes the meaning from every special character of a text, to use it in a pattern.",
    parameters: [
      {
        name: "text",
        kinds: ["string"],
        help: "The text.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The text with a backslash before each special character.",
    },
    since: "classic",
    example: {
      script: 'echo pcre_quote("a.b*c/d");',
      log: ["a\\.b\\*c\\/d"],
    },
  },
  {
    name: "pcre_compile",
    role: "function",
    summary: "Makes a pattern once, to use it many times.",
    parameters: [
      {
        name: "pattern",
        kinds: ["string", "regex"],
        help: "`/…/flags`, or the pattern alone.",
      },
      {
        name: "flags",
        kinds: ["string"],
        help: "Flags of imusxUX for a pattern without slashes.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["regex"],
      help: "For `=~` and the pcre functions.",
    },
    errors: "A pattern that is wrong or not supported is an error that names the place.",
    source: "PCRE syntax without look-around and back-references",
    since: "modern",
    example: {
      script: 'echo "ABC" =~ pcre_compile("/b/i");',
      log: ["1"],
    },
  },
  {
    name: "abs",
    role: "function",
    summary: "Takes the sign from a number.",
    parameters: [
      {
        name: "x",
        kinds: ["number"],
        help: "The number.",
      },
    ],
    returns: {
      kinds: ["number"],
      help: "The number without its sign.",
    },
    since: "classic",
    example: {
      script: "echo abs(-2.5);",
      log: ["2.5"],
    },
  },
  {
    name: "ceil",
    role: "function",
    summary: "Rounds a number up.",
    parameters: [
      {
        name: "x",
        kinds: ["number"],
        help: "The number.",
      },
    ],
    returns: {
      kinds: ["number"],
      help: "The smallest whole number that is not below it.",
    },
    since: "classic",
    example: {
      script: "echo ceil(1.1);",
      log: ["2"],
    },
  },
  {
    name: "floor",
    role: "function",
    summary: "Rounds a number down.",
    parameters: [
      {
        name: "x",
        kinds: ["number"],
        help: "The number.",
      },
    ],
    returns: {
      kinds: ["number"],
      help: "The largest whole number that is not above it.",
    },
    since: "classic",
    example: {
      script: "echo floor(-1.1);",
      log: ["-2"],
    },
  },
  {
    name: "sqrt",
    role: "function",
    summary: "Draws the square root of a number.",
    parameters: [
      {
        name: "x",
        kinds: ["number"],
        help: "The number.",
      },
    ],
    returns: {
      kinds: ["number"],
      help: "The root; nan for a negative number.",
    },
    since: "classic",
    example: {
      script: "echo sqrt(9);",
      log: ["3"],
    },
  },
  {
    name: "round",
    role: "function",
    summary: "Rounds a number to the nearest one with so many decimals.",
    parameters: [
      {
        name: "x",
        kinds: ["number"],
        help: "The number.",
      },
      {
        name: "decimals",
        kinds: ["number"],
        help: "Digits after the point; 0 when left out.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["number"],
      help: "The rounded number; halves go away from zero.",
    },
    since: "classic",
    example: {
      script: "echo round(2.5); echo round(1.005, 2);",
      log: ["3", "1.01"],
    },
  },
  {
    name: "log",
    role: "function",
    summary: "Takes the logarithm of a number.",
    parameters: [
      {
        name: "x",
        kinds: ["number"],
        help: "The number.",
      },
      {
        name: "base",
        kinds: ["number"],
        help: "The base; e when left out.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["number"],
      help: "The logarithm.",
    },
    since: "classic",
    example: {
      script: "echo log(1); echo round(log(1000, 10), 6);",
      log: ["0", "3"],
    },
  },
  {
    name: "pow",
    role: "function",
    summary: "Raises a number to a power.",
    parameters: [
      {
        name: "x",
        kinds: ["number"],
        help: "The number.",
      },
      {
        name: "y",
        kinds: ["number"],
        help: "The power.",
      },
    ],
    returns: {
      kinds: ["number"],
      help: "x to the power of y.",
    },
    since: "classic",
    example: {
      script: "echo pow(2, 10);",
      log: ["1024"],
    },
  },
  {
    name: "min",
    role: "function",
    summary: "Picks the smallest of some numbers.",
    parameters: [
      {
        name: "first",
        kinds: ["number"],
        help: "A number.",
      },
      {
        name: "others",
        kinds: ["number"],
        help: "More numbers.",
        optional: true,
        rest: true,
      },
    ],
    returns: {
      kinds: ["number"],
      help: "The smallest number.",
    },
    since: "sluice",
    example: {
      script: "echo min(2, 3, 1);",
      log: ["1"],
    },
  },
  {
    name: "max",
    role: "function",
    summary: "Picks the largest of some numbers.",
    parameters: [
      {
        name: "first",
        kinds: ["number"],
        help: "A number.",
      },
      {
        name: "others",
        kinds: ["number"],
        help: "More numbers.",
        optional: true,
        rest: true,
      },
    ],
    returns: {
      kinds: ["number"],
      help: "The largest number.",
    },
    since: "sluice",
    example: {
      script: "echo max(2, 3, 1);",
      log: ["3"],
    },
  },
  {
    name: "rand",
    role: "function",
    summary: "Draws a whole number.",
    parameters: [
      {
        name: "first",
        kinds: ["number"],
        help: "The lowest number.",
      },
      {
        name: "last",
        kinds: ["number"],
        help: "The highest number.",
      },
    ],
    returns: {
      kinds: ["number"],
      help: "A number between the two, both included.",
    },
    since: "classic",
    example: {
      script: "$x = rand(1, 6); echo $x >= 1 and $x <= 6;",
      log: ["1"],
    },
  },
  {
    name: "random_number",
    role: "function",
    summary: "Draws a number.",
    parameters: [
      {
        name: "first",
        kinds: ["number"],
        help: "The lowest whole number; alone, the highest, from 0.",
        optional: true,
      },
      {
        name: "last",
        kinds: ["number"],
        help: "The highest whole number.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["number"],
      help: "A whole number between the two, both included; without arguments a fraction from 0 up to 1.",
    },
    errors: "The last number must not be below the first.",
    since: "modern",
    example: {
      script: "$x = random_number(); echo $x >= 0 and $x < 1;",
      log: ["1"],
    },
  },
  {
    name: "time",
    role: "function",
    summary: "Tells the time.",
    parameters: [],
    returns: {
      kinds: ["number"],
      help: "Seconds since 1970-01-01 00:00 UTC, with a fraction.",
    },
    since: "classic",
    example: {
      script: "echo time() > 1000000000;",
      log: ["1"],
    },
  },
  {
    name: "timelocal",
    role: "function",
    summary: "Tells the time as the clock on the wall shows it.",
    parameters: [],
    returns: {
      kinds: ["number"],
      help: "Like time(), moved by the offset of the local time zone.",
    },
    since: "classic",
    example: {
      script: "echo round((timelocal() - time()) % 60);",
      log: ["0"],
    },
  },
  {
    name: "strftime",
    role: "function",
    summary: "Writes a time as text.",
    parameters: [
      {
        name: "format",
        kinds: ["string"],
        help: "Text with %Y %m %d %H %M %S %a %b %z and so on.",
      },
      {
        name: "time",
        kinds: ["number"],
        help: "Unix seconds; now when left out.",
        optional: true,
      },
      {
        name: "options",
        kinds: ["array"],
        help: "`local` (true): the time zone this system is set to; false: UTC.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The text; names are English.",
    },
    source: "POSIX strftime",
    since: "classic",
    example: {
      script: 'echo strftime("%a, %d %b %Y %H:%M:%S %z", 1234567890, ["local" => false]);',
      log: ["Fri, 13 Feb 2009 23:31:30 +0000"],
    },
  },
  {
    name: "strptime",
    role: "function",
    summary: "Reads a time from text.",
    parameters: [
      {
        name: "text",
        kinds: ["string"],
        help: "The text.",
      },
      {
        name: "format",
        kinds: ["string"],
        help: "How it is written, with the letters of strftime.",
      },
      {
        name: "options",
        kinds: ["array"],
        help: "`local` (true): the time zone this system is set to; false: UTC.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["number", "none"],
      help: "Unix seconds, none when the text does not fit the format.",
    },
    source: "POSIX strptime",
    since: "modern",
    example: {
      script: 'echo strptime("2009-02-13 23:31:30", "%Y-%m-%d %H:%M:%S", ["local" => false]);',
      log: ["1234567890"],
    },
  },
  {
    name: "strpduration",
    role: "function",
    summary: "Reads a length of time from text.",
    parameters: [
      {
        name: "text",
        kinds: ["string"],
        help: 'Numbers with ms, s, m, h, d, w or y: "1h30m"; alone: seconds.',
      },
    ],
    returns: {
      kinds: ["number", "none"],
      help: "Seconds, none when the text is no length of time.",
    },
    since: "modern",
    example: {
      script: 'echo strpduration("1h30m"); echo strpduration("2d");',
      log: ["5400", "172800"],
    },
  },
  {
    name: "md5",
    role: "function",
    summary: "Makes the MD5 hash of a string; do not use it to protect anything.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "What to hash.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The hash in small hexadecimal digits.",
    },
    source: "RFC 1321",
    since: "classic",
    example: {
      script: 'echo md5("abc");',
      log: ["900150983cd24fb0d6963f7d28e17f72"],
    },
  },
  {
    name: "sha1",
    role: "function",
    summary: "Makes the SHA-1 hash of a string; do not use it to protect anything.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "What to hash.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The hash in small hexadecimal digits.",
    },
    source: "RFC 3174",
    since: "classic",
    example: {
      script: 'echo sha1("abc");',
      log: ["a9993e364706816aba3e25717850c26c9cd0d89d"],
    },
  },
  {
    name: "sha2",
    role: "function",
    summary: "Makes a SHA-2 hash of a string.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "What to hash.",
      },
      {
        name: "bits",
        kinds: ["number"],
        help: "224, 256, 384 or 512; 256 when left out.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The hash in small hexadecimal digits.",
    },
    source: "FIPS 180-4",
    since: "modern",
    example: {
      script: 'echo sha2("abc");',
      log: ["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    },
  },
  {
    name: "hmac_md5",
    role: "function",
    summary: "Makes the HMAC of a string with MD5, as CRAM-MD5 does.",
    parameters: [
      {
        name: "key",
        kinds: ["string"],
        help: "The key.",
      },
      {
        name: "string",
        kinds: ["string"],
        help: "What to hash.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The hash in small hexadecimal digits.",
    },
    source: "RFC 2104",
    since: "classic",
    example: {
      script: 'echo hmac_md5("Jefe", "what do ya want for nothing?");',
      log: ["750c783e6ab0b503eaa86e310a5db738"],
    },
  },
  {
    name: "hmac_sha1",
    role: "function",
    summary: "Makes the HMAC of a string with SHA-1.",
    parameters: [
      {
        name: "key",
        kinds: ["string"],
        help: "The key.",
      },
      {
        name: "string",
        kinds: ["string"],
        help: "What to hash.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The hash in small hexadecimal digits.",
    },
    source: "RFC 2104",
    since: "classic",
    example: {
      script: 'echo hmac_sha1("Jefe", "what do ya want for nothing?");',
      log: ["effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"],
    },
  },
  {
    name: "hmac_sha2",
    role: "function",
    summary: "Makes the HMAC of a string with SHA-2.",
    parameters: [
      {
        name: "key",
        kinds: ["string"],
        help: "The key.",
      },
      {
        name: "string",
        kinds: ["string"],
        help: "What to hash.",
      },
      {
        name: "bits",
        kinds: ["number"],
        help: "224, 256, 384 or 512; 256 when left out.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The hash in small hexadecimal digits.",
    },
    source: "RFC 4231",
    since: "modern",
    example: {
      script: 'echo hmac_sha2("Jefe", "what do ya want for nothing?");',
      log: ["5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"],
    },
  },
  {
    name: "hash",
    role: "function",
    summary: "Makes a number from a string, to share things out evenly.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "What to hash.",
      },
    ],
    returns: {
      kinds: ["number"],
      help: "0 to 4294967295, always the same for the same string.",
    },
    source: "FNV-1a, 32 bits",
    since: "classic",
    example: {
      script: 'echo hash("") == hash(""); echo hash("a") % 4;',
      log: ["1", "0"],
    },
  },
  {
    name: "base64_encode",
    role: "function",
    summary: "Writes bytes in base64.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The bytes.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The text, on one line.",
    },
    source: "RFC 4648 §4",
    since: "classic",
    example: {
      script: 'echo base64_encode("Hello!!");',
      log: ["SGVsbG8hIQ=="],
    },
  },
  {
    name: "base64_decode",
    role: "function",
    summary: "Reads bytes written in base64.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The text; line breaks and blanks do not matter.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The bytes.",
    },
    source: "RFC 4648 §4",
    since: "classic",
    example: {
      script: 'echo base64_decode("SGVsbG8hIQ==");',
      log: ["Hello!!"],
    },
  },
  {
    name: "base64url_encode",
    role: "function",
    summary: "Writes bytes in base64 for addresses (- and _, no = at the end).",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The bytes.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The text, on one line.",
    },
    source: "RFC 4648 §5",
    since: "modern",
    example: {
      script: 'echo base64url_encode("a?>b~~");',
      log: ["YT8-Yn5-"],
    },
  },
  {
    name: "base64url_decode",
    role: "function",
    summary: "Reads bytes written in base64 for addresses (- and _, no = at the end).",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The text; line breaks and blanks do not matter.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The bytes.",
    },
    source: "RFC 4648 §5",
    since: "modern",
    example: {
      script: 'echo base64url_decode("YT8-Yn5-");',
      log: ["a?>b~~"],
    },
  },
  {
    name: "base32_encode",
    role: "function",
    summary: "Writes bytes in base32.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The bytes.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The text, on one line.",
    },
    source: "RFC 4648 §6",
    since: "modern",
    example: {
      script: 'echo base32_encode("fooba");',
      log: ["MZXW6YTB"],
    },
  },
  {
    name: "base32_decode",
    role: "function",
    summary: "Reads bytes written in base32.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The text; line breaks and blanks do not matter.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The bytes.",
    },
    source: "RFC 4648 §6",
    since: "modern",
    example: {
      script: 'echo base32_decode("MZXW6YTB");',
      log: ["fooba"],
    },
  },
  {
    name: "hex_encode",
    role: "function",
    summary: "Writes bytes in hexadecimal digits.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The bytes.",
      },
      {
        name: "separator",
        kinds: ["string"],
        help: "What goes between two bytes; nothing when left out.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["string"],
      help: "Two small digits for each byte.",
    },
    source: "RFC 4648 §8",
    since: "sluice",
    example: {
      script: 'echo hex_encode("AZ"); echo hex_encode("AZ", ":");',
      log: ["415a", "41:5a"],
    },
  },
  {
    name: "hex_decode",
    role: "function",
    summary: "Reads bytes written in hexadecimal digits.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The digits.",
      },
    ],
    returns: {
      kinds: ["string", "none"],
      help: "The bytes, none when the text is not pairs of digits.",
    },
    source: "RFC 4648 §8",
    since: "sluice",
    example: {
      script: 'echo hex_decode("415a");',
      log: ["AZ"],
    },
  },
  {
    name: "url_encode",
    role: "function",
    summary: "Writes a text so that it can be a part of a URL.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The text.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The text; all bytes but letters, digits and -._~ are %XX.",
    },
    source: "RFC 3986 §2.1",
    since: "modern",
    example: {
      script: 'echo url_encode("a&b=c d");',
      log: ["a%26b%3Dc%20d"],
    },
  },
  {
    name: "url_decode",
    role: "function",
    summary: "Reads a text that was written for a URL.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The text.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The bytes; a % without two digits stays, and so does +.",
    },
    source: "RFC 3986 §2.1",
    since: "modern",
    example: {
      script: 'echo url_decode("a%26b%3dc+d%zz");',
      log: ["a&b=c+d%zz"],
    },
  },
  {
    name: "xtext_encode",
    role: "function",
    summary: "Writes a text as a parameter of MAIL FROM or RCPT TO wants it.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The text.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The text; bytes outside ! to ~, + and = are +XX.",
    },
    source: "RFC 3461 §4",
    since: "modern",
    example: {
      script: 'echo xtext_encode("a+b=c d");',
      log: ["a+2Bb+3Dc+20d"],
    },
  },
  {
    name: "xtext_decode",
    role: "function",
    summary: "Reads a text that was written for a parameter of MAIL FROM or RCPT TO.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The text.",
      },
    ],
    returns: {
      kinds: ["string", "none"],
      help: "The bytes, none when the text is not xtext.",
    },
    source: "RFC 3461 §4",
    since: "modern",
    example: {
      script: 'echo xtext_decode("a+2Bb");',
      log: ["a+b"],
    },
  },
  {
    name: "idna_encode",
    role: "function",
    summary: "Writes a domain in letters of any script as DNS knows it.",
    parameters: [
      {
        name: "domain",
        kinds: ["string"],
        help: "The domain in UTF-8.",
      },
    ],
    returns: {
      kinds: ["string", "none"],
      help: "The domain with xn-- labels, none when it cannot be a domain.",
    },
    source: "RFC 5891 §4, RFC 3492",
    since: "modern",
    example: {
      script: 'echo idna_encode("Bücher.example");',
      log: ["xn--bcher-kva.example"],
    },
  },
  {
    name: "idna_decode",
    role: "function",
    summary: "Reads a domain with xn-- labels.",
    parameters: [
      {
        name: "domain",
        kinds: ["string"],
        help: "The domain as DNS knows it.",
      },
    ],
    returns: {
      kinds: ["string", "none"],
      help: "The domain in UTF-8, none when a label is wrong.",
    },
    source: "RFC 5891 §5, RFC 3492",
    since: "modern",
    example: {
      script: 'echo idna_decode("xn--bcher-kva.example");',
      log: ["bücher.example"],
    },
  },
  {
    name: "mimeword_encode",
    role: "function",
    summary: "Writes a text for a header that may hold ASCII only.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The text in UTF-8.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The text as encoded words; plain ASCII stays as it is.",
    },
    source: "RFC 2047",
    since: "modern",
    example: {
      script: 'echo mimeword_encode("Grüße");',
      log: ["=?UTF-8?B?R3LDvMOfZQ==?="],
    },
  },
  {
    name: "mimeword_decode",
    role: "function",
    summary: "Reads the encoded words of a header.",
    parameters: [
      {
        name: "string",
        kinds: ["string"],
        help: "The header's value.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The text in UTF-8; words of an unknown charset stay as they are.",
    },
    source: "RFC 2047",
    since: "modern",
    example: {
      script: 'echo mimeword_decode("=?iso-8859-1?Q?caf=E9?= =?utf-8?B?IOKCrA==?=");',
      log: ["café €"],
    },
  },
  {
    name: "json_encode",
    role: "function",
    summary: "Writes a value as JSON.",
    parameters: [
      {
        name: "value",
        kinds: ["any"],
        help: "The value; strings are read as UTF-8.",
      },
      {
        name: "options",
        kinds: ["array"],
        help: "`ensure_ascii` (true): other characters as \\u…; `pretty_print` (false): on several lines.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["string"],
      help: "JSON; an array with the keys 0 … n−1 is a list, others are objects.",
    },
    errors: "Functions, objects and patterns cannot be written.",
    source: "RFC 8259",
    since: "classic",
    example: {
      script: 'echo json_encode(["a" => [1, true, none], "b" => "é"]);',
      log: ['{"a":[1,true,null],"b":"\\u00e9"}'],
    },
  },
  {
    name: "json_decode",
    role: "function",
    summary: "Reads JSON.",
    parameters: [
      {
        name: "json",
        kinds: ["string"],
        help: "The text in UTF-8.",
      },
      {
        name: "options",
        kinds: ["array"],
        help: "`allow_comments` (false): // and /* */ are blanks.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["any"],
      help: "The value, objects as arrays; none when the text is no JSON.",
    },
    source: "RFC 8259",
    since: "classic",
    example: {
      script: 'echo json_decode("{\\"a\\":[1,true]}"); echo json_decode("oops") == none;',
      log: ['["a"=>[0=>1,1=>1]]', "1"],
    },
  },
  {
    name: "csv_decode",
    role: "function",
    summary: "Reads comma-separated values.",
    parameters: [
      {
        name: "csv",
        kinds: ["string"],
        help: "The text.",
      },
      {
        name: "options",
        kinds: ["array"],
        help: '`delimiter` (","); `header` (true): the first line names the columns.',
        optional: true,
      },
    ],
    returns: {
      kinds: ["array"],
      help: "A list of rows, each an array by column name or, without a header, a list.",
    },
    source: "RFC 4180",
    since: "modern",
    example: {
      script:
        'echo csv_decode("name,age\\nbob,7\\n"); echo csv_decode("a;b", ["delimiter" => ";", "header" => false]);',
      log: ['[0=>["name"=>"bob","age"=>"7"]]', '[0=>[0=>"a",1=>"b"]]'],
    },
  },
  {
    name: "csv_encode",
    role: "function",
    summary: "Writes comma-separated values.",
    parameters: [
      {
        name: "rows",
        kinds: ["array"],
        help: "A list of rows, each an array.",
      },
      {
        name: "options",
        kinds: ["array"],
        help: '`delimiter` (","); `header` (true): rows with names begin with a line of these.',
        optional: true,
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The text; lines end with CR LF.",
    },
    errors: "A row that is no array is an error.",
    source: "RFC 4180",
    since: "modern",
    example: {
      script: 'echo trim(csv_encode([["a", "b,c", 1]]));',
      log: ['a,"b,c",1'],
    },
  },
  {
    name: "pack",
    role: "function",
    summary: "Writes values as bytes.",
    parameters: [
      {
        name: "format",
        kinds: ["string"],
        help: "Letters as in PHP: c C (1 byte), n v s S (2), N V l L (4), J P q Q (8), g G (float), e E (double), a A Z (text), H (hex), x (a zero byte), each with a count or *.",
      },
      {
        name: "values",
        kinds: ["any"],
        help: "A value for each letter.",
        optional: true,
        rest: true,
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The bytes.",
    },
    errors: "An unknown letter, and too few or too many values, are errors.",
    since: "modern",
    example: {
      script: 'echo hex_encode(pack("nC2a4", 258, 3, 4, "ab"));',
      log: ["0102030461620000"],
    },
  },
  {
    name: "unpack",
    role: "function",
    summary: "Reads values from bytes.",
    parameters: [
      {
        name: "format",
        kinds: ["string"],
        help: "Letters as in PHP: c C (1 byte), n v s S (2), N V l L (4), J P q Q (8), g G (float), e E (double), a A Z (text), H (hex), x (a zero byte), each with a count or *.",
      },
      {
        name: "bytes",
        kinds: ["string"],
        help: "The bytes; what is left over does not matter.",
      },
    ],
    returns: {
      kinds: ["array", "none"],
      help: "A list of the values, none when the bytes end too early.",
    },
    errors: "An unknown letter is an error.",
    since: "modern",
    example: {
      script: 'echo unpack("nC*", pack("nCC", 258, 3, 4));',
      log: ["[0=>258,1=>3,2=>4]"],
    },
  },
  {
    name: "in_network",
    role: "function",
    summary: "Tells whether an IP address is in a network.",
    parameters: [
      {
        name: "ip",
        kinds: ["string"],
        help: "The address, IPv4 or IPv6.",
      },
      {
        name: "network",
        kinds: ["string", "array"],
        help: 'An address, "192.0.2.0/24" or "192.0.2.1-192.0.2.9"; or a list of these.',
      },
    ],
    returns: {
      kinds: ["boolean"],
      help: "True when it is; false for the other family and for no address.",
    },
    aliases: ["inet_includes"],
    errors: "A network that cannot be read is an error.",
    since: "classic",
    example: {
      script:
        'echo in_network("192.0.2.7", "192.0.2.0/24"); echo in_network("2001:db8::1", "10.0.0.0/8");',
      log: ["1", "0"],
    },
  },
  {
    name: "is_subdomain",
    role: "function",
    summary: "Tells whether a domain is another one or below it.",
    parameters: [
      {
        name: "domain",
        kinds: ["string"],
        help: "The domain to look at.",
      },
      {
        name: "parent",
        kinds: ["string"],
        help: "The other one; with a leading dot, only what is below it.",
      },
    ],
    returns: {
      kinds: ["boolean"],
      help: "True when it is; capital letters and a dot at the end do not matter.",
    },
    aliases: ["domain_includes"],
    since: "classic",
    example: {
      script:
        'echo is_subdomain("mx.Example.com", "example.com"); echo is_subdomain("badexample.com", "example.com");',
      log: ["1", "0"],
    },
  },
  {
    name: "inet_reverse",
    role: "function",
    summary: "Writes an IP address backwards, as DNS is asked for it.",
    parameters: [
      {
        name: "ip",
        kinds: ["string"],
        help: "The address, IPv4 or IPv6.",
      },
      {
        name: "zone",
        kinds: ["string"],
        help: "What follows; in-addr.arpa or ip6.arpa when left out.",
        optional: true,
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The name.",
    },
    errors: "A text that is no address is an error.",
    source: "RFC 1035 §3.5, RFC 5782 §2",
    since: "modern",
    example: {
      script: 'echo inet_reverse("192.0.2.7"); echo inet_reverse("192.0.2.7", "bl.example");',
      log: ["7.2.0.192.in-addr.arpa", "7.2.0.192.bl.example"],
    },
  },
  {
    name: "sleep",
    role: "function",
    mayWait: true,
    summary: "Waits.",
    parameters: [
      {
        name: "seconds",
        kinds: ["number"],
        help: "How long; 10 at most.",
      },
    ],
    returns: {
      kinds: ["number"],
      help: "The seconds it waited.",
    },
    since: "classic",
    example: {
      script: "echo sleep(0) >= 0;",
      log: ["1"],
    },
  },
  {
    name: "executiontime",
    role: "function",
    summary: "Tells for how long the script has been running.",
    parameters: [],
    returns: {
      kinds: ["number"],
      help: "Seconds with a fraction, waits included.",
    },
    since: "classic",
    example: {
      script: "echo executiontime() >= 0;",
      log: ["1"],
    },
  },
  {
    name: "uptime",
    role: "function",
    summary: "Reads a clock that only goes forward, to measure how long something takes.",
    parameters: [],
    returns: {
      kinds: ["number"],
      help: "Seconds with a fraction, counted from some moment in the past.",
    },
    since: "classic",
    example: {
      script: "$t = uptime(); echo uptime() >= $t;",
      log: ["1"],
    },
  },
  {
    name: "uuid",
    role: "function",
    summary: "Makes a name that nobody else makes.",
    parameters: [],
    returns: {
      kinds: ["string"],
      help: "A random UUID (version 4).",
    },
    source: "RFC 9562 §5.4",
    since: "classic",
    example: {
      script: "echo strlen(uuid());",
      log: ["36"],
    },
  },
  {
    name: "serial",
    role: "function",
    summary: "Makes a serial number; later ones sort after earlier ones.",
    parameters: [],
    returns: {
      kinds: ["string"],
      help: "Letters and digits, different each time.",
    },
    since: "classic",
    example: {
      script: "echo serial() == serial();",
      log: ["0"],
    },
  },
  {
    name: "random_bytes",
    role: "function",
    summary: "Draws random bytes.",
    parameters: [
      {
        name: "count",
        kinds: ["number"],
        help: "How many, 0 or more.",
      },
    ],
    returns: {
      kinds: ["string"],
      help: "The bytes.",
    },
    since: "modern",
    example: {
      script: "echo strlen(random_bytes(16));",
      log: ["16"],
    },
  },
];

/** Each function under its own name and its other names. */
export const coreSignatures: ReadonlyMap<string, FunctionSignature> = signaturesOf(table);
