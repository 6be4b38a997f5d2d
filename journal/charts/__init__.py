"""Chart geometry: numbers in, shapes out. Templates draw the shapes as SVG; colours stand in CSS.

week      seven nutrients, each over the seven days of a week
plane     columns side by side and a scale of amounts: what the charts below share
weeks     one nutrient over twelve weeks, large and as a small line
month     a month of days with cramps, without, and not known
cramps    cramps by the hour of the day, and by muscle
fluids    what was drunk beside what a day needs
before    the 48 hours before a cramp

Each is a module of pure functions: no rows, no words, no colours.
"""
