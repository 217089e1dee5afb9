//! DuckDB's SQL for the parser: its own dialect for DuckDB, widened by what the engine takes and it does not.

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};
use sqlparser::dialect::{Dialect, DuckDbDialect, Precedence};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Word};
use std::any::TypeId;

#[derive(Debug)]
pub(crate) struct DuckDb;

/// Words that the engine reserves and that no expression begins with.
const CLAUSE_WORDS: &[Keyword] = &[
    Keyword::AND,
    Keyword::AS,
    Keyword::ELSE,
    Keyword::END,
    Keyword::EXCEPT,
    Keyword::FROM,
    Keyword::GROUP,
    Keyword::HAVING,
    Keyword::IN,
    Keyword::INTERSECT,
    Keyword::LIMIT,
    Keyword::OFFSET,
    Keyword::ON,
    Keyword::OR,
    Keyword::ORDER,
    Keyword::QUALIFY,
    Keyword::SELECT,
    Keyword::THEN,
    Keyword::UNION,
    Keyword::USING,
    Keyword::WHEN,
    Keyword::WHERE,
    Keyword::WINDOW,
];

macro_rules! yes {
    ($($supported:ident)*) => { $(fn $supported(&self) -> bool { true })* };
}

impl Dialect for DuckDb {
    fn dialect(&self) -> TypeId {
        TypeId::of::<DuckDbDialect>()
    }

    fn is_identifier_start(&self, c: char) -> bool {
        DuckDbDialect.is_identifier_start(c)
    }

    fn is_identifier_part(&self, c: char) -> bool {
        DuckDbDialect.is_identifier_part(c)
    }

    yes! {
        allow_extract_custom
        allow_extract_single_quotes
        support_map_literal_syntax
        supports_array_typedef_with_brackets
        supports_bitwise_shift_operators
        supports_comma_separated_trim
        supports_dictionary_syntax
        supports_dollar_placeholder
        supports_factorial_operator
        supports_filter_during_aggregation
        supports_from_first_select
        supports_group_by_expr
        supports_lambda_functions
        supports_left_associative_joins_without_parens
        supports_named_fn_args_with_assignment_operator
        supports_named_fn_args_with_eq_operator
        supports_notnull_operator
        supports_numeric_literal_underscores
        supports_order_by_all
        supports_parens_around_table_factor
        supports_select_expr_star
        supports_select_wildcard_exclude
        supports_select_wildcard_rename
        supports_select_wildcard_replace
        supports_subquery_as_function_arg
        supports_trailing_commas
        supports_values_as_table_factor
        supports_window_clause_named_window_reference
        supports_window_function_null_treatment_arg
        supports_within_after_array_aggregation
    }

    /// `@a`; and a word that opens or joins clauses is no expression: the parser would take it for a column, and stumble later.
    fn parse_prefix(&self, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        // `@a` is the absolute value of a.
        if parser.consume_token(&Token::AtSign) {
            let operand = parser.parse_subexpr(self.prec_value(Precedence::Pipe));
            let op = UnaryOperator::PGAbs;
            return Some(operand.map(|operand| Expr::UnaryOp { op, expr: Box::new(operand) }));
        }
        let next = parser.peek_token_ref();
        let Token::Word(word) = &next.token else { return None };
        (word.quote_style.is_none() && CLAUSE_WORDS.contains(&word.keyword))
            .then(|| parser.expected_ref("an expression", next))
    }

    /// `a ISNULL`, `a ^@ b`.
    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        match &parser.peek_token_ref().token {
            Token::Word(word) if is_isnull(word) => Some(Ok(self.prec_value(Precedence::Is))),
            Token::CaretAt => Some(Ok(self.prec_value(Precedence::Pipe))),
            _ => None,
        }
    }

    /// `a ISNULL`, `a && b`, `a ^@ b`, `a GLOB b`, and `a IN list` without parentheses.
    fn parse_infix(&self, parser: &mut Parser, expr: &Expr, _: u8) -> Option<Result<Expr, ParserError>> {
        let operator = match &parser.peek_token_ref().token {
            Token::Word(word) if is_isnull(word) => {
                parser.advance_token();
                return Some(Ok(Expr::IsNull(Box::new(expr.clone()))));
            }
            Token::Overlap => Some(BinaryOperator::PGOverlap),
            Token::CaretAt => Some(BinaryOperator::PGStartsWith),
            Token::TwoWayArrow | Token::Spaceship => Some(BinaryOperator::Custom("distance".to_string())),
            _ => None,
        };
        if let Some(op) = operator {
            parser.advance_token();
            return Some(parser.parse_subexpr(self.prec_value(Precedence::Pipe)).map(|right| Expr::BinaryOp {
                left: Box::new(expr.clone()),
                op,
                right: Box::new(right),
            }));
        }
        let above_comparison = self.prec_value(Precedence::Between);
        if parser.parse_keyword(Keyword::GLOB) {
            return Some(parser.parse_subexpr(above_comparison).map(|right| Expr::BinaryOp {
                left: Box::new(expr.clone()),
                op: BinaryOperator::Glob,
                right: Box::new(right),
            }));
        }
        let negated = parser.peek_keyword(Keyword::NOT);
        let [first, second, third] = parser.peek_tokens_ref::<3>();
        let (keyword, behind) = if negated { (second, third) } else { (first, second) };
        let is_in = matches!(&keyword.token, Token::Word(word) if word.keyword == Keyword::IN);
        if !is_in || behind.token == Token::LParen {
            return None;
        }
        for _ in 0..=usize::from(negated) {
            parser.advance_token();
        }
        Some(parser.parse_subexpr(above_comparison).map(|list| Expr::InUnnest {
            expr: Box::new(expr.clone()),
            array_expr: Box::new(list),
            negated,
        }))
    }
}

fn is_isnull(word: &Word) -> bool {
    word.quote_style.is_none() && word.value.eq_ignore_ascii_case("isnull")
}
