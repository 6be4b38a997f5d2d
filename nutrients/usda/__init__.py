"""The official files of the United States Department of Agriculture, read without a database.

`fndds` and `sr28` turn a release folder into `FoodRecord`s, `arrangement` says which of them a search
shows first and which it leaves out, `release` holds what they share.
"""
