//! The macros that rows are written in.

/// A block of rows: `[Places] fn name = "python_name"(a: T, b: T = default; keyword: T = default) -> R { body }`.
///
/// Between the places and `fn` may stand `+ in place` (an in-place twin that computes, then assigns), `out Told` (see [`Out`]),
/// `resizes Quietly` (see [`Resizes`]) `autocast Half` (see [`Autocast`]) and `itself Tensor::is_contiguous;` (see [`OpDef::itself`]). After the type of the result may stand `|to|`: the body is the twin's too, and `to` says
/// where the result goes (see [`To`]). A parameter `..made: Made` is a group; one taken for compatibility alone begins
/// with an underscore, which Python does not see. A row with the place `Method` or `InPlace` and a tensor in front becomes a method
/// of `Tensor`, any other a public function; the block is a constant of `OpDef`s.
#[macro_export]
macro_rules! rows {
    // a method of `Tensor`, or a function
    (@fn [Method $($more:ident)*] $docs:tt $name:ident $params:tt $r:ty, $body:block) => {
        $crate::rows! { @method $docs $name $params $r, $body }
    };
    (@fn [InPlace $($more:ident)*] $docs:tt $name:ident $params:tt $r:ty, $body:block) => {
        $crate::rows! { @method $docs $name $params $r, $body }
    };
    (@fn [$other:ident $($more:ident)*] $docs:tt $name:ident $params:tt $r:ty, $body:block) => {
        $crate::rows! { @fn [$($more)*] $docs $name $params $r, $body }
    };
    (@fn [] [$($docs:tt)*] $name:ident ($($(..)? $p:ident : $t:ty $(= $d:expr)?),* $(; $($(..)? $kp:ident : $kt:ty $(= $kd:expr)?),*)?)
        $r:ty, $body:block) => {
        $($docs)* pub fn $name($($p: $t,)* $($($kp: $kt,)*)?) -> $crate::error::Result<$r> $body
    };
    (@method [$($docs:tt)*] $name:ident ($this:ident : &Tensor $(, $(..)? $p:ident : $t:ty $(= $d:expr)?)* $(; $($(..)? $kp:ident : $kt:ty $(= $kd:expr)?),*)?)
        $r:ty, $body:block) => {
        impl $crate::tensor::Tensor {
            $($docs)* pub fn $name(&self $(, $p: $t)* $($(, $kp: $kt)*)?) -> $crate::error::Result<$r> {
                let $this = self;
                $body
            }
        }
    };
    // what may be a number in front
    (@method $docs:tt $name:ident $params:tt $r:ty, $body:block) => {
        $crate::rows! { @fn [] $docs $name $params $r, $body }
    };
    // the call with dynamic arguments
    (@call [Method $($more:ident)*] $name:ident, $args:ident, ($this:ident : &Tensor $($rest:tt)*)) => {
        $crate::rows!(@arguments ($crate::tensor::Tensor::$name), $args, ($this : &Tensor $($rest)*))
    };
    (@call [InPlace $($more:ident)*] $name:ident, $args:ident, ($this:ident : &Tensor $($rest:tt)*)) => {
        $crate::rows!(@arguments ($crate::tensor::Tensor::$name), $args, ($this : &Tensor $($rest)*))
    };
    (@call [$other:ident $($more:ident)*] $name:ident, $args:ident, $params:tt) => {
        $crate::rows!(@call [$($more)*] $name, $args, $params)
    };
    (@call [] $name:ident, $args:ident, $params:tt) => {
        $crate::rows!(@arguments ($name), $args, $params)
    };
    (@arguments ($f:expr $(, $first:expr)?), $args:ident, ($($(..)? $p:ident : $t:ty $(= $d:expr)?),* $(; $($(..)? $kp:ident : $kt:ty $(= $kd:expr)?),*)?)) => {{
        let mut _rest = $args;
        $(let $p: $t = { let (v, more) = _rest.split_at(width(<$t as FromArg>::GROUP)); _rest = more;
            $(if matches!(v[0], Arg::Absent) { $d } else)? { FromArg::from_args(v)? } };)*
        $($(let $kp: $kt = { let (v, more) = _rest.split_at(width(<$kt as FromArg>::GROUP)); _rest = more;
            $(if matches!(v[0], Arg::Absent) { $kd } else)? { FromArg::from_args(v)? } };)*)?
        Ok($f($($first,)? $($p,)* $($($kp,)*)?)?.into())
    }};
    (@params ($($(..)? $p:ident : $t:ty $(= $d:expr)?),* $(; $($(..)? $kp:ident : $kt:ty $(= $kd:expr)?),*)?)) => {{
        const SLOTS: &[Slot] = &[
            $($crate::rows!(@slot $p, $t, false $(, $d)?),)*
            $($($crate::rows!(@slot $kp, $kt, true $(, $kd)?),)*)?
        ];
        const PARAMS: [Param; count(SLOTS)] = flat(SLOTS);
        &PARAMS
    }};
    (@slot $p:ident, $t:ty, $keyword:literal $(, $d:expr)?) => {
        Slot {
            param: Param {
                name: bare(stringify!($p)), kind: <$t as FromArg>::KIND, keyword_only: $keyword,
                default: named("", &[$(stringify!($d))?]),
                required: { const D: &[&str] = &[$(stringify!($d))?]; D.is_empty() },
            },
            group: <$t as FromArg>::GROUP,
        }
    };
    (@twin [] [] $params:tt $r:ty, $body:block) => { Twin::None };
    (@twin [place] [] $params:tt $r:ty, $body:block) => { Twin::Assign };
    (@twin [place] [$to:ident] ($($(..)? $p:ident : $t:ty $(= $d:expr)?),* $(; $($(..)? $kp:ident : $kt:ty $(= $kd:expr)?),*)?) $r:ty, $body:block) => {{
        fn over($($p: $t,)* $($($kp: $kt,)*)?) -> $crate::error::Result<()> {
            answer($($p,)* $($($kp,)*)?).map(drop)
        }
        fn answer($($p: $t,)* $($($kp: $kt,)*)?) -> $crate::error::Result<$r> {
            let $to = To::First;
            $body
        }
        Twin::Own(|_args: &[Arg]| $crate::rows!(@arguments (over), _args, ($($p: $t $(= $d)?),* $(; $($kp: $kt $(= $kd)?),*)?)))
    }};
    ($block:ident: $($(#[doc = $doc:literal])* [$($place:ident),+] $(+ in $twin:ident)? $(out $out:ident)? $(resizes $resizes:ident)? $(autocast $cast:ident)? $(itself $itself:path;)?
        fn $name:ident $(= $py:literal)? ($($params:tt)*) -> $r:ty $(|$to:ident|)? $body:block)*) => {
        $($crate::rows! { @fn [$($place)+] [$(#[doc = $doc])*] $name ($($params)*) $r, { $(let $to = $crate::ops::table::To::New;)? $body } })*

        pub const $block: &[$crate::ops::table::OpDef] = &[$({
            #[allow(unused_imports)]
            use $crate::ops::table::*;
            OpDef {
                name: named(stringify!($name), &[$($py)?]),
                doc: concat!($($doc, "\n",)* ""),
                params: $crate::rows!(@params ($($params)*)),
                places: &[$(Place::$place),+],
                call: |_args: &[Arg]| $crate::rows!(@call [$($place)+] $name, _args, ($($params)*)),
                returns: stringify!($r),
                twin: $crate::rows!(@twin [$($twin)?] [$($to)?] ($($params)*) $r, $body),
                out: { const O: &[Out] = &[$(Out::$out,)? Out::by_place(&[$(Place::$place),+])]; O[0] },
                resizes: {
                    const R: &[Resizes] = &[$(Resizes::$resizes,)? Resizes::by_params($crate::rows!(@params ($($params)*)))];
                    R[0]
                },
                $(autocast: Autocast::$cast,)?
                $(itself: Some($itself),)?
                ..OpDef::PLAIN
            }
        }),*];
    };
}

/// Rows for one, two and three axes from one function: `POOL [1 2 3]: [Places] fn max_pool = "max_pool" |n| (..) -> R { .. }` is
/// `max_pool(n, ..)` in Rust and `max_pool1d`, `max_pool2d`, `max_pool3d` in Python. The block is an array, a table for each.
#[macro_export]
macro_rules! axes {
    (@fn [$($docs:tt)*] $name:ident $n:ident ($($(..)? $p:ident : $t:ty $(= $d:expr)?),*) $r:ty, $body:block) => {
        $($docs)* pub fn $name($n: usize, $($p: $t),*) -> $crate::error::Result<$r> $body
    };
    (@table $axis:literal $($doc:tt [$($place:ident),+] [$($cast:tt)*] $name:ident $stem:tt $suffix:tt $params:tt $r:tt)*) => {
        &[$({
            #[allow(unused_imports)]
            use $crate::ops::table::*;
            OpDef {
                name: concat!($stem, $axis, "d", $crate::axes!(@suffix $suffix)),
                doc: concat! $doc,
                params: $crate::rows!(@params $params),
                places: &[$(Place::$place),+],
                call: |_args: &[Arg]| $crate::rows!(@arguments ($name, $axis), _args, $params),
                returns: stringify! $r,
                autocast: Autocast::from_axes(&[$($cast)*], $axis),
                ..OpDef::PLAIN
            }
        }),*]
    };
    (@suffix ("")) => { "" };
    (@suffix ("", $suffix:literal)) => { $suffix };
    (@tables [$($axis:literal)+] $rows:tt) => { [$($crate::axes!(@each $axis $rows)),+] };
    (@each $axis:literal [$($row:tt)*]) => { $crate::axes!(@table $axis $($row)*) };
    ($block:ident [$($axis:literal)+]: $($(#[doc = $doc:literal])* [$($place:ident),+] $(autocast $cast:ident $(from $from:literal)?)?
        fn $name:ident = ($stem:literal $(, $suffix:literal)?) |$n:ident|
        ($($params:tt)*) -> $r:ty $body:block)*) => {
        $($crate::axes! { @fn [$(#[doc = $doc])*] $name $n ($($params)*) $r, $body })*

        pub const $block: [&[$crate::ops::table::OpDef]; { const N: &[usize] = &[$($axis),+]; N.len() }] = $crate::axes!(@tables [$($axis)+] [
            $(($($doc, "\n",)* "") [$($place),+] [$((Autocast::$cast, 0 $(+ $from)?))?] $name $stem ("" $(, $suffix)?) ($($params)*) ($r))*
        ]);
    };
}
