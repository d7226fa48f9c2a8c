import { expect, test } from "vitest";
import { createSignInThrottle, networkOf } from "./sign-in-throttle.ts";

const setUp = () => {
  let now = 0;
  const throttle = createSignInThrottle(() => new Date(now));
  const fails = (address: string, name: string): boolean => {
    try {
      throttle.begin(address, name);
      return false;
    } catch {
      return true;
    }
  };
  return {
    throttle,
    fails,
    advance: (seconds: number): void => {
      now += seconds * 1000;
    },
  };
};

test("a client that guesses many names waits longer and longer", () => {
  const { fails, advance } = setUp();
  let accepted = 0;
  for (let second = 0; second < 3600; second++) {
    if (!fails("192.0.2.1", `user${second}`)) accepted++;
    advance(1);
  }
  expect(accepted).toBeLessThan(20);
});

test("two hundred clients that guess one name get few tries, and its owner is in after half a minute", () => {
  const { throttle, fails, advance } = setUp();
  let accepted = 0;
  for (let second = 0; second < 3600; second++) {
    if (!fails(`198.51.${second % 200}.7`, "anna")) accepted++;
    advance(1);
  }
  expect(accepted).toBeLessThan(150);
  advance(30);
  throttle.begin("203.0.113.5", "anna");
  throttle.succeeded("203.0.113.5", "anna");
  expect(fails("203.0.113.5", "anna")).toBe(false);
});

test("neighbours count together: IPv4 by /24, IPv6 by /64", () => {
  expect(networkOf("192.0.2.1")).toBe(networkOf("192.0.2.254"));
  expect(networkOf("192.0.2.1")).not.toBe(networkOf("192.0.3.1"));
  expect(networkOf("::ffff:192.0.2.1")).toBe(networkOf("192.0.2.9"));
  expect(networkOf("2001:db8:0:1::5")).toBe(networkOf("2001:db8:0:1:ffff::"));
  expect(networkOf("2001:db8:0:1::5")).not.toBe(networkOf("2001:db8:0:2::5"));
  expect(networkOf("2001:db8::5")).toBe("2001:db8:0:0");
  expect(networkOf("::1")).toBe("0:0:0:0");
});
