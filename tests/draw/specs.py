"""Small specs for the tests of pictures."""

from itertools import pairwise

from fsm.model import Spec
from fsm.spec.load import parse_spec

REFUND = """
fsm: 1
name: refund
title: {zh: 退款, en: Refund}
rules: {R1: {zh: 一, en: one}, R2: {zh: 二, en: two}}
constants: {window: 48h}
switches: {auto: {type: bool, zh: 自动, en: automatic}}
questions:
  late: {ref: A1, zh: 迟了怎么办？, en: What if late?,
         answers: {wait: {zh: 等待, en: wait}, drop: {zh: 放弃, en: drop}}}
variables: {n: {range: 0..3, zh: 次数, en: count}}
events:
  apply: {by: buyer, zh: 申请, en: apply, rules: [R1]}
  agree: {by: shop, zh: 同意, en: agree}
  strike: {zh: 罢工, en: strike}
  expire: {by: clock, zh: 到期, en: expire}
machines:
  ticket:
    zh: 售后单
    en: ticket
    initial: none
    states:
      none: {zh: 未申请, en: nothing}
      open:
        zh: 待处理
        en: open
        initial: fresh
        states:
          fresh: {zh: 新, en: fresh, tags: [hot], rules: [R2]}
          old: {zh: 旧, en: old}
      done: {zh: 完成, en: done, final: true}
      stuck: {zh: 卡住, en: stuck, urgent: true}
    transitions:
      - {from: none, on: apply, to: open, rules: [R2]}
      - {from: fresh, between: [2h, 4h], to: old, zh: 变旧, en: ages}
      - from: [fresh, old]
        on: agree
        when: auto and late == drop and n < 2
        to: done
        set: {n: n + 1}
      - {from: open, on: agree, when: not auto, to: done}
      - {from: open, on: expire, to: stuck}
      - {from: old, on: strike}
      - {on: strike, set: {n: 0}}
  buyer: {zh: 买家, en: buyer, states: {here: {zh: 在, en: here}}, transitions: [{on: apply}]}
  shop: {zh: 商家, en: shop, states: {here: {zh: 在, en: here}}, transitions: [{on: agree}]}
  clock:
    {zh: 时钟, en: clock, states: {runs: {zh: 走, en: runs}},
     transitions: [{on: expire, after: window, to: runs}]}
"""


def refund() -> Spec:
    """A composite state, a deadline of its own, one of another machine, and a trap."""
    return parse_spec(REFUND)


def chain(states: int) -> Spec:
    """A machine whose states follow each other."""
    names = [f"s{number}" for number in range(states)]
    lines = ["fsm: 1", "name: chain", "machines:", "  m:", "    states:"]
    lines += [f"      {name}: {{en: state {name}}}" for name in names]
    lines += ["    transitions:"]
    lines += [f"      - {{from: {a}, to: {b}}}" for a, b in pairwise(names)]
    return parse_spec("\n".join(lines) + "\n")
