//! Functions: which form the engine chooses for some arguments, and what it returns.

use super::catalog::{Kind, Signature, Slot, catalog};
use super::{Answer, Literal, Typed, adapt, common};
use esker_declare::DataType;

/// What came of looking for a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// It returns this type; unknown when that is not known.
    Returns(DataType),
    /// No form takes the arguments; these are the forms, as people read them.
    NoForm(Vec<String>),
    /// Arguments that cannot be mixed.
    Mixed,
    /// The engine lists no function of this name.
    NotListed,
}

/// Finds the form of `name` for `args`. `text` is the first argument when it is a string literal.
pub(crate) fn resolve(name: &str, args: &[Typed], text: Option<&str>) -> Resolved {
    let all = catalog().get(name).map_or(&[][..], Vec::as_slice);
    let forms: Vec<&Signature> =
        all.iter().filter(|form| matches!(form.kind, Kind::Scalar | Kind::Aggregate)).collect();
    // The optional parameters of macros and of window functions are not listed.
    const OPTIONAL: &[&str] = &["lag", "lead", "fill"];
    let counted = !forms.is_empty() && !OPTIONAL.contains(&name) && all.iter().all(|form| form.kind != Kind::Macro);
    if counted && !forms.iter().any(|form| takes(form, args.len())) {
        return Resolved::NoForm(forms.iter().take(4).map(|form| written(name, form)).collect());
    }
    if let Some(resolved) = by_hand(name, args, text) {
        return resolved;
    }
    if all.is_empty() {
        return Resolved::NotListed;
    }
    if forms.is_empty() {
        return Resolved::Returns(macro_result(name));
    }
    let mut best: Option<u32> = None;
    let mut results: Vec<DataType> = Vec::new();
    for form in &forms {
        if !takes(form, args.len()) {
            continue;
        }
        let Some(cost) = cost(form, args) else { continue };
        if best.is_none_or(|best| cost < best) {
            best = Some(cost);
            results.clear();
        }
        if best == Some(cost) {
            results.push(result(name, form, args));
        }
    }
    let Some(first) = results.first() else {
        let certain = forms.iter().any(|form| takes(form, args.len()))
            && forms.iter().all(|form| is_plain(form))
            && args.iter().all(is_plain_value);
        return match certain {
            true => Resolved::NoForm(forms.iter().take(4).map(|form| written(name, form)).collect()),
            false => Resolved::Returns(DataType::Unknown),
        };
    };
    match results.iter().all(|result| result == first) {
        true => Resolved::Returns(first.clone()),
        false => Resolved::Returns(DataType::Unknown),
    }
}

/// Functions whose result the engine works out from the arguments.
fn by_hand(name: &str, args: &[Typed], text: Option<&str>) -> Option<Resolved> {
    let mixed = |args: &[Typed]| match common("coalesce", args) {
        Answer::Type(ty) => Resolved::Returns(ty),
        Answer::Refused => Resolved::Mixed,
        Answer::Unknown => Resolved::Returns(DataType::Unknown),
    };
    let list = |resolved: Resolved| match resolved {
        Resolved::Returns(item) => Resolved::Returns(DataType::List(Box::new(item))),
        other => other,
    };
    let first = || args.first().map_or(DataType::Unknown, |first| first.ty.clone());
    let returns = |ty: DataType| Some(Resolved::Returns(ty));
    let wrong_count = |form: &str| Some(Resolved::NoForm(vec![form.to_string()]));
    match name {
        // These are read by the engine's grammar, and not listed.
        "coalesce" if args.is_empty() => wrong_count("coalesce(…, …)"),
        "ifnull" if args.len() != 2 => wrong_count("ifnull(…, …)"),
        "if" if args.len() != 3 => wrong_count("if(…, …, …)"),
        "try" if args.len() != 1 => wrong_count("try(…)"),
        "coalesce" | "ifnull" | "greatest" | "least" if !args.is_empty() => Some(mixed(args)),
        "if" => Some(mixed(&args[1..])),
        "nullif" | "try" => returns(first()),
        "list_value" | "list_pack" if args.is_empty() => returns(DataType::List(Box::new(DataType::Integer))),
        "list_value" | "list_pack" => Some(list(mixed(args))),
        // With a list of names behind it, a struct of them.
        "regexp_extract" if matches!(args.get(2).map(|arg| &arg.ty), Some(DataType::List(_) | DataType::Unknown)) => {
            returns(DataType::Unknown)
        }
        "arg_max" | "arg_min" | "argmax" | "argmin" | "max_by" | "min_by" | "arg_max_null" | "arg_min_null"
            if args.iter().any(|arg| matches!(arg.ty, DataType::List(_))) =>
        {
            returns(match args.len() {
                2 => first(),
                _ => DataType::Unknown,
            })
        }
        "equi_width_bins" => returns(DataType::Unknown),
        "generate_subscripts" => returns(DataType::BigInt),
        "current_time" | "current_role" | "current_catalog" | "unlist" => returns(DataType::Unknown),
        "localtime" => returns(DataType::Time),
        "concat" if args.iter().any(|arg| matches!(arg.ty, DataType::List(_))) => returns(first()),
        "concat" if args.iter().all(|arg| !arg.ty.is_unknown()) => returns(DataType::VARCHAR),
        "grouping" | "grouping_id" => returns(DataType::BigInt),
        "current_date" => returns(DataType::Date),
        "current_timestamp" => returns(DataType::TimestampTz),
        "localtimestamp" => returns(DataType::Timestamp),
        "current_user" | "session_user" | "user" | "current_schema" => returns(DataType::VARCHAR),
        "row" | "struct_pack" => returns(DataType::Unknown),
        "unnest" => returns(match args.first().map(|arg| &arg.ty) {
            Some(DataType::List(item)) => (**item).clone(),
            _ => DataType::Unknown,
        }),
        "date_part" | "datepart" => match (text, args) {
            (Some("epoch" | "julian"), _) => returns(DataType::Double),
            (Some(_), [_, value]) if !value.ty.is_unknown() => None,
            _ => returns(DataType::Unknown),
        },
        "lag" | "lead" | "first_value" | "last_value" | "nth_value" => returns(first()),
        "list_transform" | "list_apply" | "apply" | "array_transform" | "array_apply" => returns(DataType::Unknown),
        "list_filter" | "filter" | "array_filter" | "list_sort" | "list_reverse" | "array_sort"
        | "list_reverse_sort" => returns(first()),
        "quantile_cont" | "median" => {
            let value = continuous(first());
            returns(match args.get(1).map(|arg| &arg.ty) {
                Some(DataType::List(_)) => DataType::List(Box::new(value)),
                _ => value,
            })
        }
        _ => None,
    }
}

/// What the engine's macros return that are often used.
fn macro_result(name: &str) -> DataType {
    match name {
        "array_to_string" | "split_part" => DataType::VARCHAR,
        "md5_number_lower" => DataType::UBigInt,
        "fdiv" | "fmod" | "geomean" | "geometric_mean" | "list_avg" => DataType::Double,
        _ => DataType::Unknown,
    }
}

fn takes(form: &Signature, args: usize) -> bool {
    args == form.params.len() || args > form.params.len() && form.rest.is_some()
}

/// How far the arguments are from a form, as the engine counts; `None` when it does not take them.
fn cost(form: &Signature, args: &[Typed]) -> Option<u32> {
    let mut total = 0;
    for (n, arg) in args.iter().enumerate() {
        let slot = form.params.get(n).or(form.rest.as_ref())?;
        total += slot_cost(arg, slot)?;
    }
    Some(total)
}

fn slot_cost(arg: &Typed, slot: &Slot) -> Option<u32> {
    if arg.ty.is_unknown() {
        return Some(0);
    }
    match slot {
        Slot::Any | Slot::Letter(_) => Some(5),
        Slot::Other(_) if arg.literal == Literal::String || arg.ty == DataType::Null => Some(20),
        Slot::Other("bignum") => arg.ty.integer_range().map(|_| 110),
        Slot::Other("timestamp_ns" | "time_ns" | "timetz") => {
            use DataType as T;
            matches!(arg.ty, T::Date | T::Time | T::Timestamp | T::TimestampTz).then_some(119)
        }
        Slot::Other(_) => Some(5),
        Slot::Lambda => None,
        Slot::Decimal => match &arg.ty {
            DataType::Decimal { .. } => Some(0),
            DataType::Null => Some(1),
            ty if ty.integer_range().is_some() => Some(104),
            _ if arg.literal == Literal::String => Some(20),
            _ => None,
        },
        Slot::List(item) => match &arg.ty {
            DataType::List(ty) => slot_cost(&Typed::of((**ty).clone()), item),
            DataType::Null => Some(1),
            _ if arg.literal == Literal::String => Some(20),
            _ => None,
        },
        Slot::Map(..) => matches!(arg.ty, DataType::Map(..) | DataType::Null).then_some(1),
        Slot::Type(to) => cast_cost(arg, to),
    }
}

/// What an implicit conversion costs; `None` where the engine makes none.
fn cast_cost(arg: &Typed, to: &DataType) -> Option<u32> {
    use DataType as T;
    let target = match to {
        T::BigInt => 101,
        T::Integer => 102,
        T::HugeInt => 103,
        T::Double => 104,
        T::Timestamp => 120,
        T::TimestampTz => 121,
        T::Varchar { .. } => 149,
        _ => 110,
    };
    let from = &arg.ty;
    let same = from == to || matches!((from, to), (T::Varchar { .. }, T::Varchar { .. }));
    match arg.literal {
        Literal::String => return Some(if matches!(to, T::Varchar { .. }) { 1 } else { 20 }),
        Literal::Integer(n) => {
            if let Some((min, max)) = to.integer_range() {
                return (min <= n && n <= max).then_some(if same { 0 } else { target - 90 });
            }
        }
        Literal::No => {}
    }
    if same {
        return Some(0);
    }
    let widens = match (from.integer_range(), to.integer_range()) {
        (Some((from_min, from_max)), Some((to_min, to_max))) => to_min <= from_min && from_max <= to_max,
        _ => false,
    };
    let converts = widens
        || match (from, to) {
            (T::Null, _) => return Some(1),
            (from, T::Float | T::Double) => {
                from.integer_range().is_some() || matches!(from, T::Decimal { .. } | T::Float)
            }
            (T::Date, T::Timestamp | T::TimestampTz) | (T::Timestamp, T::TimestampTz) => true,
            (T::Json | T::Enum(_), T::Varchar { .. }) => true,
            _ => false,
        };
    converts.then_some(target)
}

/// Whether the engine makes a value one of this type by itself, or would lose digits of a decimal only. Unknown types are
/// not refused.
pub(crate) fn is_implicit(value: &Typed, to: &DataType) -> bool {
    use DataType as T;
    let part = |from: &DataType, to: &DataType| is_implicit(&Typed::of(from.clone()), to);
    match (&value.ty, to) {
        (from, to) if from.is_unknown() || to.is_unknown() => true,
        (T::Decimal { .. }, T::Decimal { .. }) => true,
        (from, T::Decimal { .. }) if from.integer_range().is_some() => true,
        (T::List(from), T::List(to)) => part(from, to),
        (T::Map(key, value), T::Map(to_key, to_value)) => part(key, to_key) && part(value, to_value),
        (T::Struct(from), T::Struct(to)) => {
            let same = |((name, from), (to_name, to)): (&(String, T), &(String, T))| {
                name.eq_ignore_ascii_case(to_name) && part(from, to)
            };
            from.len() == to.len() && from.iter().zip(to).all(same)
        }
        _ => cast_cost(value, to).is_some(),
    }
}

/// The result of a form for these arguments.
fn result(name: &str, form: &Signature, args: &[Typed]) -> DataType {
    let Some(slot) = &form.result else { return DataType::Unknown };
    match slot {
        Slot::Decimal => decimal_result(name, args),
        Slot::Any => any_result(name, args),
        slot => fill(slot, form, args),
    }
}

fn decimal_result(name: &str, args: &[Typed]) -> DataType {
    let Some(DataType::Decimal { precision, scale }) = args.first().map(|arg| &arg.ty) else {
        return DataType::Unknown;
    };
    let (precision, scale) = (*precision, *scale);
    match name {
        "sum" | "sum_no_overflow" => DataType::Decimal { precision: 38, scale },
        "avg" | "mean" => DataType::Double,
        "ceil" | "ceiling" | "floor" => DataType::Decimal { precision, scale: 0 },
        "round" | "trunc" => match args.get(1).map(|digits| digits.literal) {
            None => DataType::Decimal { precision, scale: 0 },
            Some(Literal::Integer(digits)) => {
                let scale = u8::try_from(digits.clamp(0, i128::from(scale))).unwrap_or(scale);
                DataType::Decimal { precision, scale }
            }
            Some(_) => DataType::Unknown,
        },
        "abs" | "any_value" | "arbitrary" | "first" | "last" | "quantile_cont" | "min_by" | "max_by" | "arg_min"
        | "arg_max" | "argmin" | "argmax" | "arg_min_null" | "arg_max_null" | "mad" => {
            DataType::Decimal { precision, scale }
        }
        _ => DataType::Unknown,
    }
}

/// The result of functions that are listed as returning anything: for these, what the first argument is.
fn any_result(name: &str, args: &[Typed]) -> DataType {
    let first = args.first().map_or(DataType::Unknown, |arg| arg.ty.clone());
    match name {
        "quantile_disc" if matches!(args.get(1), Some(Typed { ty: DataType::List(_), .. })) => {
            DataType::List(Box::new(first))
        }
        "any_value" | "arbitrary" | "first" | "last" | "min" | "max" | "mode" | "arg_max" | "arg_min" | "argmax"
        | "argmin" | "max_by" | "min_by" | "arg_max_null" | "arg_min_null" | "quantile_disc" => first,
        _ => DataType::Unknown,
    }
}

/// What a quantile between two values of a type is.
fn continuous(ty: DataType) -> DataType {
    match ty {
        DataType::Date => DataType::Timestamp,
        ty if ty.integer_range().is_some() => DataType::Double,
        ty @ (DataType::Decimal { .. }
        | DataType::Double
        | DataType::Float
        | DataType::Timestamp
        | DataType::TimestampTz
        | DataType::Time
        | DataType::Interval
        | DataType::Varchar { .. }) => ty,
        _ => DataType::Unknown,
    }
}

/// A result with the letters filled in from the arguments.
fn fill(slot: &Slot, form: &Signature, args: &[Typed]) -> DataType {
    match slot {
        Slot::Type(ty) => ty.clone(),
        Slot::List(item) if **item == Slot::Any => {
            // `any[]` out of `any` and a count is a list of the first.
            let first = args.first().map_or(DataType::Unknown, |arg| arg.ty.clone());
            match form.params.first() {
                Some(Slot::Any) => DataType::List(Box::new(first)),
                _ => DataType::Unknown,
            }
        }
        Slot::List(item) => DataType::List(Box::new(fill(item, form, args))),
        Slot::Map(key, value) => DataType::Map(Box::new(fill(key, form, args)), Box::new(fill(value, form, args))),
        Slot::Letter(letter) => {
            let bound = args
                .iter()
                .enumerate()
                .find_map(|(n, arg)| bind(form.params.get(n).or(form.rest.as_ref())?, &arg.ty, *letter));
            bound.unwrap_or(DataType::Unknown)
        }
        _ => DataType::Unknown,
    }
}

fn bind(slot: &Slot, ty: &DataType, letter: char) -> Option<DataType> {
    match (slot, ty) {
        (Slot::Letter(own), ty) if *own == letter => Some(ty.clone()),
        (Slot::List(item), DataType::List(ty)) => bind(item, ty, letter),
        (Slot::Map(key, value), DataType::Map(key_type, value_type)) => {
            bind(key, key_type, letter).or_else(|| bind(value, value_type, letter))
        }
        _ => None,
    }
}

/// Whether a form is fully understood, so that a refusal is certain.
fn is_plain(form: &Signature) -> bool {
    let plain = |slot: &Slot| match slot {
        // What becomes JSON by itself is not listed.
        Slot::Type(DataType::Json) => false,
        Slot::Type(_) | Slot::Decimal | Slot::Lambda => true,
        Slot::List(item) => {
            matches!(**item, Slot::Type(_) | Slot::Decimal | Slot::Any | Slot::Letter(_) | Slot::List(_))
        }
        Slot::Other(name) => matches!(*name, "bignum" | "timestamp_ns" | "time_ns" | "timetz"),
        Slot::Any | Slot::Letter(_) | Slot::Map(..) => false,
    };
    form.params.iter().chain(&form.rest).all(plain)
}

fn is_plain_value(arg: &Typed) -> bool {
    super::key(arg).is_some() && adapt(arg, arg) == &arg.ty
}

/// `upper(varchar)`
fn written(name: &str, form: &Signature) -> String {
    fn slot_text(slot: &Slot) -> String {
        match slot {
            Slot::Type(ty) => ty.to_string(),
            Slot::Decimal => "decimal".to_string(),
            Slot::List(item) => format!("{}[]", slot_text(item)),
            Slot::Lambda => "x -> …".to_string(),
            _ => "…".to_string(),
        }
    }
    let params: Vec<String> = form.params.iter().map(slot_text).collect();
    format!("{name}({})", params.join(", "))
}
