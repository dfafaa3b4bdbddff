"""The small expression language of conditions and decision cells.

It reads variables, compares and counts; it can do nothing else. Texts are parsed once, checked against a list
of allowed forms, and turned into closures: Python's own `eval` is never used.

Allowed: names, whole and decimal numbers, "text", true/false/null (and Python's spelling), ( ), and/or/not,
== != < <= > >=, in and not in with a list in [ ] or ( ), + - * /, unary minus, and the functions handed to
`compile_expression`. An unknown name is null. Comparing null by order is false; counting with null is null.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from app.engine.errors import ExpressionFailed, ExpressionRefused

Scalar = str | int | bool | None
Evaluate = Callable[[Mapping[str, Any]], Any]

MAX_LENGTH = 500
MAX_NODES = 120
MAX_DEPTH = 24
MAX_TEXT = 200
MAX_NUMBER = 10**15

_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}
# What "rounded down, as people count money" could mean differs by rule; the functions are named for what they do.
FUNCTIONS: dict[str, Callable[..., Any]] = {"min": min, "max": max}


class Expression:
    """A checked expression. Call it with the variables; `names` are the variables it reads."""

    __slots__ = ("_evaluate", "names", "text")

    def __init__(self, text: str, names: frozenset[str], evaluate: Evaluate) -> None:
        self.text = text
        self.names = names
        self._evaluate = evaluate

    def __call__(self, variables: Mapping[str, Any]) -> Any:
        """The value under `variables`. Raises ExpressionFailed."""
        try:
            return self._evaluate(variables)
        except (TypeError, ArithmeticError) as problem:
            raise ExpressionFailed(f"{self.text!r}: {problem}") from problem


def compile_expression(text: str, *, functions: Mapping[str, Callable[..., Any]] | None = None) -> Expression:
    """Check `text` and make it callable. Raises ExpressionRefused with the reason."""
    if len(text) > MAX_LENGTH:
        raise ExpressionRefused(f"longer than {MAX_LENGTH} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        raise ExpressionRefused(f"{text!r} cannot be read") from problem
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
        raise ExpressionRefused(f"{text!r} is too long: more than {MAX_NODES} parts")
    compiler = _Compiler(functions or {})
    evaluate = compiler.build(tree, 0)
    return Expression(text, frozenset(compiler.names), evaluate)


def literals(text: str) -> list[tuple[str, Any]]:
    """The pairs (variable, literal) that `text` compares directly; None when it compares anything else.

    Used to show that the conditions of one gateway exclude each other. Raises ExpressionRefused.
    """
    found: list[tuple[str, Any]] = []
    for node in ast.walk(ast.parse(text.strip(), mode="eval")):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            names = [side.id for side in sides if isinstance(side, ast.Name) and side.id not in _WORDS]
            for side in sides:
                parts = side.elts if isinstance(side, ast.List | ast.Tuple) else [side]
                found += [(name, _constant(part)) for part in parts if _is_constant(part) for name in names]
    return found


def _is_constant(node: ast.AST) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _is_constant(node.operand)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id in _WORDS)


def _constant(node: ast.AST) -> Any:
    if isinstance(node, ast.UnaryOp):
        return -_constant(node.operand)
    return _WORDS[node.id] if isinstance(node, ast.Name) else getattr(node, "value", None)


class _Compiler:
    def __init__(self, functions: Mapping[str, Callable[..., Any]]) -> None:
        self.functions = functions
        self.names: set[str] = set()

    def build(self, node: ast.AST, depth: int) -> Evaluate:
        if depth > MAX_DEPTH:
            raise ExpressionRefused("nested too deeply")
        form = getattr(self, f"_{type(node).__name__.lower()}", None)
        if form is None:
            raise ExpressionRefused(f"{type(node).__name__} is not part of the expression language")
        built: Evaluate = form(node, depth + 1)
        return built

    def _constant(self, node: ast.Constant, depth: int) -> Evaluate:
        value: Any = node.value
        if isinstance(value, float):
            value = Decimal(repr(value))
        if isinstance(value, str) and len(value) > MAX_TEXT:
            raise ExpressionRefused(f"a text longer than {MAX_TEXT} characters")
        if isinstance(value, int | Decimal) and not -MAX_NUMBER <= value <= MAX_NUMBER:
            raise ExpressionRefused("a number that large")
        if not (value is None or isinstance(value, str | bool | int | Decimal)):
            raise ExpressionRefused(f"{value!r} is not part of the expression language")
        return lambda _: value

    def _name(self, node: ast.Name, depth: int) -> Evaluate:
        name = node.id
        if name in _WORDS:
            word = _WORDS[name]
            return lambda _: word
        if name.startswith("_"):
            raise ExpressionRefused(f"the name {name}")
        self.names.add(name)
        return lambda variables: variables.get(name)

    def _boolop(self, node: ast.BoolOp, depth: int) -> Evaluate:
        parts = [self.build(value, depth) for value in node.values]
        if isinstance(node.op, ast.And):
            return lambda variables: all(part(variables) for part in parts)
        return lambda variables: any(part(variables) for part in parts)

    def _unaryop(self, node: ast.UnaryOp, depth: int) -> Evaluate:
        operand = self.build(node.operand, depth)
        if isinstance(node.op, ast.Not):
            return lambda variables: not operand(variables)
        if isinstance(node.op, ast.USub):
            return lambda variables: _minus(0, operand(variables))
        raise ExpressionRefused(f"{type(node.op).__name__} is not part of the expression language")

    def _binop(self, node: ast.BinOp, depth: int) -> Evaluate:
        count = _COUNTING.get(type(node.op))
        if count is None:
            raise ExpressionRefused(f"{type(node.op).__name__} is not part of the expression language")
        left, right = self.build(node.left, depth), self.build(node.right, depth)
        return lambda variables: count(left(variables), right(variables))

    def _compare(self, node: ast.Compare, depth: int) -> Evaluate:
        if len(node.ops) == 1:
            return self._comparison(node.ops[0], node.left, node.comparators[0], depth)
        sides = [node.left, *node.comparators]
        parts = [self._comparison(op, sides[i], sides[i + 1], depth) for i, op in enumerate(node.ops)]
        return lambda variables: all(part(variables) for part in parts)

    def _comparison(self, op: ast.cmpop, left_node: ast.AST, right_node: ast.AST, depth: int) -> Evaluate:
        left = self.build(left_node, depth)
        if isinstance(op, ast.In | ast.NotIn):
            if not isinstance(right_node, ast.List | ast.Tuple):
                raise ExpressionRefused("after `in` comes a list in [ ]")
            members = [self.build(member, depth) for member in right_node.elts]
            wanted = isinstance(op, ast.In)

            def among(variables: Mapping[str, Any]) -> bool:
                value = left(variables)
                return any(_same(value, member(variables)) for member in members) is wanted

            return among
        compare = _COMPARING.get(type(op))
        if compare is None:
            raise ExpressionRefused(f"{type(op).__name__} is not part of the expression language")
        right = self.build(right_node, depth)
        return lambda variables: compare(left(variables), right(variables))

    def _call(self, node: ast.Call, depth: int) -> Evaluate:
        function = self.functions.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if function is None or node.keywords or not 1 <= len(node.args) <= 8:
            raise ExpressionRefused("a call that is not on the list")
        arguments = [self.build(argument, depth) for argument in node.args]

        def call(variables: Mapping[str, Any]) -> Any:
            values = [argument(variables) for argument in arguments]
            return None if any(value is None for value in values) else function(*[_number(v) for v in values])

        return call


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError(f"{value!r} is not a number")
    return value


def _counting(operate: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def count(left: Any, right: Any) -> Any:
        if left is None or right is None:
            return None
        result = operate(_number(left), _number(right))
        if abs(result) > MAX_NUMBER:
            raise ArithmeticError("the result is too large")
        return int(result) if isinstance(result, Decimal) and result == result.to_integral_value() else result

    return count


def _ordering(operate: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def order(left: Any, right: Any) -> bool:
        if left is None or right is None:
            return False
        if isinstance(left, str) and isinstance(right, str):
            return operate(left, right)
        return operate(_number(left), _number(right))

    return order


def _same(left: Any, right: Any) -> bool:
    # Python thinks 1 == True; an office does not.
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


_minus = _counting(lambda a, b: a - b)
_COUNTING: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: _counting(lambda a, b: a + b),
    ast.Sub: _minus,
    ast.Mult: _counting(lambda a, b: a * b),
    ast.Div: _counting(lambda a, b: Decimal(a) / Decimal(b)),
}
_COMPARING: dict[type[ast.AST], Callable[[Any, Any], bool]] = {
    ast.Eq: _same,
    ast.NotEq: lambda a, b: not _same(a, b),
    ast.Lt: _ordering(lambda a, b: a < b),
    ast.LtE: _ordering(lambda a, b: a <= b),
    ast.Gt: _ordering(lambda a, b: a > b),
    ast.GtE: _ordering(lambda a, b: a >= b),
}
