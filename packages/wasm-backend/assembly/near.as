import { fma, splat } from './vector';

// Functions of u = −|x| near 0 by four polynomials, one about each of 0, −w, −2w and −3w: a table of four coefficients is one
// vector, and choosing among them by bytes takes one instruction, less than an exponential and a division. Farther out, the
// formulas of `activations.as` hold.

/** 1.5 · 2²³: adding it rounds to an integer, which then stands in the low bits. */
const MAGIC: f32 = 12582912;

/** Picks, for each lane, the coefficient that stands at `at` (see {@link places}). */
// @ts-ignore: decorator
@inline
function piece(table: v128, at: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i8x16.relaxed_swizzle(table, at);
  return i8x16.swizzle(table, at);
}

/** The nearest multiple of −w to u, as (u / w) + MAGIC. */
// @ts-ignore: decorator
@inline
export function nearest(u: v128, inverse: f32): v128 {
  return fma(u, splat(inverse), splat(MAGIC));
}

/** u less the multiple of w that `t` stands for; w has so few digits that the product is exact. */
// @ts-ignore: decorator
@inline
export function remainder(u: v128, t: v128, w: f32): v128 {
  return fma(f32x4.sub(t, splat(MAGIC)), splat(-w), u);
}

/** The bytes of the coefficients of each lane: those for −3 come first, those for 0 last. */
// @ts-ignore: decorator
@inline
export function places(t: v128): v128 {
  const low = i32x4.shl(t, 2);
  // By a mask that stays in reach over the turns of a loop; that of a shuffle is made anew in each.
  const spread = piece(low, i8x16(0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12));
  return i8x16.add(spread, i8x16(12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15));
}

/** Φ of the standard normal distribution, w = 0.9375; error 7e-7 of it with the roundings. */
// @ts-ignore: decorator
@inline
export function normalNear(r: v128, at: v128): v128 {
  let p = piece(f32x4(-4.716560215456411e-05, 0.00014167047629598528, -0.00015149370301514864, -0.0002230091777164489), at);
  p = fma(p, r, piece(f32x4(-0.00015559376333840191, 3.06367473967839e-05, 0.0006559062749147415, -0.0013755802065134048), at));
  p = fma(p, r, piece(f32x4(-4.627278394764289e-05, -0.0013924979139119387, 0.0023309069219976664, -8.756672468734905e-05), at));
  p = fma(p, r, piece(f32x4(0.0011533304350450635, -0.0032888883724808693, -0.0032091753091663122, 0.009949521161615849), at));
  p = fma(p, r, piece(f32x4(0.004397671204060316, 0.0027704290114343166, -0.021299051120877266, -3.909015958925011e-06), at));
  p = fma(p, r, piece(f32x4(0.008801938034594059, 0.028840182349085808, -0.005188705865293741, -0.06649073958396912), at));
  p = fma(p, r, piece(f32x4(0.010747413150966167, 0.06448715180158615, 0.12050335854291916, -1.6683925352367623e-08), at));
  p = fma(p, r, piece(f32x4(0.007642605807632208, 0.06878627091646194, 0.25707390904426575, 0.3989422917366028), at));
  return fma(p, r, piece(f32x4(0.0024579011369496584, 0.030396360903978348, 0.17425070703029633, 0.5), at));
}

/** ½ − (Φ(u) + u φ(u)), w = 1; error 8e-8. */
// @ts-ignore: decorator
@inline
export function geluSlopeNear(r: v128, at: v128): v128 {
  let p = piece(f32x4(-0.0002951242495328188, 0.002528080716729164, -0.006576837971806526, 0.006921371445059776), at);
  p = fma(p, r, piece(f32x4(-0.002435582922771573, 0.007607497274875641, -0.008588738739490509, -0.0027588054072111845), at));
  p = fma(p, r, piece(f32x4(-0.0046690357849001884, -0.002645813627168536, 0.0361880362033844, -0.06114598736166954), at));
  p = fma(p, r, piece(f32x4(-1.7679254597169347e-05, -0.04496249556541443, 0.08063411712646484, -0.00032522674882784486), at));
  p = fma(p, r, piece(f32x4(0.01625136472284794, -0.07199224084615707, -0.08064862340688705, 0.26591840386390686), at));
  p = fma(p, r, piece(f32x4(0.03323974832892418, -1.4873702411932754e-06, -0.3629550039768219, -2.778048383333953e-06), at));
  p = fma(p, r, piece(f32x4(0.03102291002869606, 0.10798203200101852, -0.24197089672088623, -0.7978846430778503), at));
  return fma(p, r, piece(f32x4(0.5119456648826599, 0.5852318406105042, 0.5833154916763306, -2.714808100545696e-10), at));
}

/** ½ − σ(u) (1 + u (1 − σ(u))), w = 1.375; error 1e-7. */
// @ts-ignore: decorator
@inline
export function siluSlopeNear(r: v128, at: v128): v128 {
  let p = piece(f32x4(-6.943108473933535e-06, 0.00012795781367458403, -0.0006237136549316347, 0.0008681433973833919), at);
  p = fma(p, r, piece(f32x4(-7.301721052499488e-05, 0.00026494759367778897, 0.00017992012726608664, -0.0011786491377279162), at));
  p = fma(p, r, piece(f32x4(-0.0003608412516769022, -0.0005325902020558715, 0.006524591241031885, -0.013254798948764801), at));
  p = fma(p, r, piece(f32x4(-0.0010584788396954536, -0.0053595807403326035, 0.012092208489775658, -0.0002557349216658622), at));
  p = fma(p, r, piece(f32x4(-0.0009932579705491662, -0.017552774399518967, -0.024135930463671684, 0.08328715711832047), at));
  p = fma(p, r, piece(f32x4(0.006519794929772615, -0.02319236658513546, -0.1403956562280655, -4.058084414282348e-06), at));
  p = fma(p, r, piece(f32x4(0.031209269538521767, 0.023693108931183815, -0.1900777369737625, -0.5000001192092896), at));
  return fma(p, r, piece(f32x4(0.5486637949943542, 0.5952230095863342, 0.5196782350540161, -7.388246126005527e-10), at));
}
